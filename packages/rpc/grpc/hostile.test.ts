import { once } from "node:events";
import { type ClientHttp2Session, connect, constants, type OutgoingHttpHeaders } from "node:http2";
import { connect as connectTcp } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { parseAddress } from "../addresses.ts";
import { Echo, echo, nothing } from "../echo-contract.ts";
import { stable } from "../http2/headers.ts";
import { testCall } from "../test-call.ts";
import { callsMax } from "./limits.ts";
import { openSession } from "./open-session.ts";
import { dial, framed, serve } from "./testing.ts";

const headers: OutgoingHttpHeaders = {
  ":method": "POST",
  ":path": `/${Echo.fullName}/Say`,
  "content-type": "application/grpc",
  te: "trailers",
};

function rawSession(address: string): ClientHttp2Session {
  const session = connect(`http://${address}`);
  session.on("error", () => {});
  onTestFinished(() => session.destroy());
  return session;
}

/** Sends these pieces as the body of one call; answers its status, or undefined if it was reset. */
function exchange(
  session: ClientHttp2Session,
  pieces: readonly Buffer[],
  more: OutgoingHttpHeaders = {},
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const stream = session.request({ ...headers, ...more });
    let status: string | undefined;
    const note = (received: Record<string, unknown>) => {
      if (received["grpc-status"] !== undefined) status = String(received["grpc-status"]);
    };
    stream.on("response", note).on("trailers", note);
    stream.on("error", () => {}).on("close", () => resolve(status));
    stream.resume();
    for (const piece of pieces) stream.write(piece);
    stream.end();
  });
}

test("a request is read the same however its bytes are cut", async () => {
  const session = rawSession((await serve()).address);
  const bytes = framed(0, 0, 0x80, 0x3f, 0x61, 0x0a, 0x62);
  for (let cut = 0; cut <= bytes.length; cut++) {
    expect(await exchange(session, [bytes.subarray(0, cut), bytes.subarray(cut)])).toBe("0");
  }
  expect(
    await exchange(
      session,
      [...bytes].map((byte) => Buffer.of(byte)),
    ),
  ).toBe("0");
});

const nonsense: readonly [what: string, body: Buffer, status: string][] = [
  ["nothing", Buffer.alloc(0), "13"],
  ["half a prefix", Buffer.of(0, 0), "13"],
  ["less than announced", Buffer.of(0, 0, 0, 0, 9, 1), "13"],
  ["two messages", Buffer.concat([framed(0, 0, 0, 0), framed(0, 0, 0, 0)]), "13"],
  ["an unknown flag", Buffer.of(7, 0, 0, 0, 0), "13"],
  ["a compressed message", Buffer.of(1, 0, 0, 0, 1, 0), "12"],
  ["four gigabytes announced", Buffer.of(0, 255, 255, 255, 255, 0), "8"],
];

test.for(nonsense)("%s instead of a request has a status of its own", async ([, body, status]) => {
  const { address } = await serve();
  expect(await exchange(rawSession(address), [body])).toBe(status);
  await expect(dial([address]).client.say(nothing, testCall())).resolves.toEqual(nothing);
});

test("random bytes end with a status, and the server goes on", async () => {
  const { address } = await serve();
  const session = rawSession(address);
  let seed = 42;
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed % below;
  };
  const bodies = Array.from({ length: 300 }, () =>
    Array.from({ length: random(5) }, () =>
      Buffer.from(Array.from({ length: random(40) }, () => random(random(3) === 0 ? 256 : 2))),
    ),
  );
  const statuses = await Promise.all(bodies.map((pieces) => exchange(session, pieces)));
  expect(statuses.filter((status) => status === undefined)).toEqual([]);
  await expect(dial([address]).client.say(nothing, testCall())).resolves.toEqual(nothing);
});

/** As many calls as a server works on at a time, with this body or with none that ends. */
async function breakCalls(address: string, path: string, body: Buffer | undefined): Promise<void> {
  const session = openSession(parseAddress(address), undefined, { close() {} });
  onTestFinished(() => session.destroy());
  const fields = [
    stable(":method", "POST"),
    stable(":scheme", "http"),
    stable(":path", path),
    stable("content-type", "application/grpc"),
  ];
  const one = () =>
    new Promise<void>((resolve) => {
      const stream = session.request(fields, { onClose: () => resolve() });
      if (body) stream.sendData(body, true);
    });
  for (let made = 0; made < callsMax; made += 64)
    await Promise.all(Array.from({ length: 64 }, one));
}

const say = `/${Echo.fullName}/Say`;
const reflect = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
const broken: readonly [what: string, path: string, body: Buffer | undefined][] = [
  ["that end in the middle of a message", say, Buffer.of(0, 0)],
  ["that are not framed", say, Buffer.of(7, 0, 0, 0, 0)],
  ["whose contract cannot be read", reflect, undefined],
];

test.for(broken)("calls %s are over for the server, however many", async ([, path, body]) => {
  const { address } = await serve({
    descriptors: () => Promise.reject(new Error("no such file")),
  });
  await breakCalls(address, path, body);
  await expect(dial([address]).client.say(nothing, testCall())).resolves.toEqual(nothing);
});

test("a malformed question about the contract ends its stream only", async () => {
  const { address } = await serve({ descriptors: () => new Uint8Array() });
  const session = rawSession(address);
  const malformed = framed(0x22, 0x7f);
  const asked = [1, 2].map(() => exchange(session, [malformed], { ":path": reflect }));
  expect(await Promise.all(asked)).toEqual(["13", "13"]);
  expect(await exchange(session, [malformed], { ":path": reflect })).toBe("13");
  await expect(dial([address]).client.say(nothing, testCall())).resolves.toEqual(nothing);
});

test("what a caller sent is told it in part only, so that answers are not longer than questions", async () => {
  const session = rawSession((await serve()).address);
  const path = `/${"é".repeat(2_000)}`;
  for (const changes of [{ ":path": path }, { "grpc-encoding": path }]) {
    const stream = session.request({ ...headers, ...changes }, { endStream: true });
    const [answer] = await once(
      stream.on("error", () => {}),
      "response",
    );
    expect(answer["grpc-status"]).toBe("12");
    expect(answer["grpc-message"].length).toBeLessThan(1_000);
  }
});

test("a malformed time-out is refused", async () => {
  const session = rawSession((await serve()).address);
  for (const timeout of ["", "5", "s", "-1S", "123456789S", "1x"]) {
    expect(await exchange(session, [framed(0, 0, 0, 0)], { "grpc-timeout": timeout })).toBe("13");
  }
  expect(await exchange(session, [framed(0, 0, 0, 0)], { "grpc-timeout": "5S" })).toBe("0");
});

test("a caller who never ends its request is let go at its deadline", async () => {
  const session = rawSession((await serve()).address);
  const stream = session.request({ ...headers, "grpc-timeout": "100m" });
  const status = new Promise((resolve) =>
    stream.on("response", (received) => resolve(received["grpc-status"])),
  );
  stream.on("error", () => {});
  stream.write(Buffer.of(0, 0));
  expect(await status).toBe("4");
});

test("a caller who does not read holds nobody up", async () => {
  const huge = { number: 0, words: ["x".repeat(4_000_000)] };
  const { address } = await serve({
    handlers: echo(async (request) => (request.number === 1 ? huge : request)),
  });
  const session = rawSession(address);
  const asking = { ...nothing, number: 1 };
  const request = Buffer.from(Echo.methods.say.requestType.encode(asking).finish());
  for (let i = 0; i < 8; i++) {
    const stream = session.request(headers);
    stream.on("error", () => {}).pause();
    stream.end(framed(...request));
  }
  const { client } = dial([address]);
  expect((await client.say(asking, testCall())).words[0]).toHaveLength(4_000_000);
  await expect(client.say(nothing, testCall())).resolves.toEqual(nothing);
});

test("a flood of streams over the limit is answered or refused, and others are served", async () => {
  const { address } = await serve();
  const session = rawSession(address);
  const flood = Array.from({ length: 5_000 }, () => exchange(session, [framed(0, 0, 0, 0)]));
  await expect(dial([address]).client.say(nothing, testCall())).resolves.toEqual(nothing);
  const statuses = await Promise.all(flood);
  expect(statuses.filter((status) => status === "0").length).toBeGreaterThan(1_000);
}, 60_000);

test("a storm of calls that are called off at once leaves no handlers behind without bound", async () => {
  let started = 0;
  const { address } = await serve({
    handlers: echo((request) => {
      started++;
      return request.number === 7 ? Promise.resolve(request) : new Promise(() => {});
    }),
  });
  const session = rawSession(address);
  for (let wave = 0; wave < 40 && !session.destroyed; wave++) {
    for (let i = 0; i < 500 && !session.destroyed; i++) {
      const stream = session.request(headers);
      stream.on("error", () => {});
      stream.end(framed(0, 0, 0, 0));
      setImmediate(() => stream.close(constants.NGHTTP2_CANCEL));
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(started).toBeLessThanOrEqual(8_192);
}, 60_000);

test("a connection that speaks something else is ended, and others are served", async () => {
  const { address, port } = await serve();
  for (const text of [
    "GET / HTTP/1.1\r\n\r\n",
    "\x16\x03\x01\x02\x00",
    "PRI * HTTP/2.0\r\n\r\nXX",
  ]) {
    const socket = connectTcp(port, "127.0.0.1");
    socket.on("error", () => {});
    const closed = new Promise((resolve) => socket.on("close", resolve));
    socket.resume().write(`${text}${"\0".repeat(64)}`);
    await closed;
  }
  await expect(dial([address]).client.say(nothing, testCall())).resolves.toEqual(nothing);
});
