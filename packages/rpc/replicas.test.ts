import { lookup } from "node:dns/promises";
import { expect, test, vi } from "vitest";
import { echo, nothing } from "./echo-contract.ts";
import * as grpc from "./grpc/testing.ts";
import { testCall } from "./test-call.ts";
import { thriftEcho } from "./thrift/echo-contract.ts";
import * as thrift from "./thrift/testing.ts";

vi.mock("node:dns/promises", () => ({ lookup: vi.fn() }));

/** What the name stands for from now on. */
function resolveTo(...addresses: readonly string[]): void {
  const found = addresses.map((address) => ({ address, family: 4 }));
  // The types know the other ways to ask, too; this is the one for all addresses.
  vi.mocked(lookup as unknown as () => Promise<typeof found>).mockResolvedValue(found);
}

const silence = () => new Promise<never>(() => {});
const there = "127.0.0.1";
const nobodyThere = "127.0.0.2";

const transports = [
  ["gRPC", () => grpc.serve({ handlers: echo(silence) }), grpc.dial],
  ["Thrift", () => thrift.serve({ handlers: thriftEcho(silence) }), thrift.dial],
] as const;

test.for(transports)(
  "a client of %s that closes ends the calls with servers that its name stands for no longer",
  async ([, serve, dial]) => {
    resolveTo(there, nobodyThere);
    const { port } = await serve();
    const { client, ready, close } = dial([`several.test:${port}`]);
    await ready(testCall());
    const failed = expect(client.say(nothing, testCall())).rejects.toMatchObject({
      code: "unavailable",
    });
    vi.mocked(lookup).mockClear();
    resolveTo(nobodyThere);
    // The name is asked again by and by, since there is a server that is not reached.
    await expect
      .poll(() => vi.mocked(lookup).mock.calls.length, { timeout: 20_000 })
      .toBeGreaterThan(0);
    close();
    await failed;
  },
);
