import { once } from "node:events";
import { expect, test } from "vitest";
import type { Call, Middleware } from "../call.ts";
import { nothing } from "../echo-contract.ts";
import { unavailable } from "../errors.ts";
import { testCall } from "../test-call.ts";
import { ThriftEcho, thriftEcho } from "./echo-contract.ts";
import { encodeFrame } from "./frames.ts";
import { isGoodbye } from "./goodbye.ts";
import { healthMethod } from "./health.ts";
import { messageKinds } from "./protocol.ts";
import { callFrame, dial, number, RawClient, serve } from "./testing.ts";

test("the code of a failure reaches a client of ours", async () => {
  const { address } = await serve({
    handlers: thriftEcho(async () => {
      throw unavailable("Redis is gone");
    }),
  });
  await expect(dial([address]).client.say(nothing, testCall())).rejects.toMatchObject({
    code: "unavailable",
    message: "Redis is gone",
    exceptionCode: undefined,
  });
});

test("a request that is too large is refused before it is sent, an answer before it is", async () => {
  const { address } = await serve({
    handlers: thriftEcho(async () => ({ number: 0, words: ["x".repeat(17_000_000)] })),
  });
  const { client } = dial([address]);
  const large = { number: 0, words: ["x".repeat(17_000_000)] };
  const tooLarge = { code: "resourceExhausted", message: expect.stringContaining("at most") };
  await expect(client.sing(large, testCall())).rejects.toMatchObject(tooLarge);
  await expect(client.say(nothing, testCall())).rejects.toMatchObject(tooLarge);
  await expect(client.sing(nothing, testCall())).resolves.toEqual(nothing);
});

test("health is what the server was told of itself", async () => {
  const server = await serve();
  const raw = new RawClient(server.port);
  const asked = async () => {
    const heading = { name: healthMethod, kind: messageKinds.call, sequence: 5 };
    raw.socket.write(encodeFrame(heading, (writer) => writer.stop()));
    const reader = await raw.message();
    const { name, kind, sequence } = reader.message();
    reader.field();
    return { name, kind, sequence, serving: reader.bool() };
  };
  const answer = { name: healthMethod, kind: messageKinds.reply, sequence: 5 };
  expect(await asked()).toEqual({ ...answer, serving: false });
  server.setServing(true);
  expect(await asked()).toEqual({ ...answer, serving: true });
});

test("layers see calls of Thrift by their names, on both sides", async () => {
  const seen: Partial<Call>[] = [];
  const layer: Middleware = (call, next) => {
    const { kind, system, name, service, peer, attributes } = call;
    seen.push({ kind, system, name, service, ...(peer && { peer }), attributes });
    return next(call);
  };
  const { address, port } = await serve({ layers: [layer] });
  await dial([address], { layers: [layer] }).client.say(nothing, testCall());
  const rpc = { "rpc.system.name": "thrift", "rpc.method": "echo.Echo/Say" };
  const call = { system: "thrift", name: "echo.Echo/Say" };
  const server = { "server.address": "127.0.0.1", "server.port": port };
  expect(seen).toEqual([
    {
      ...call,
      kind: "client",
      service: "test",
      peer: "echo",
      attributes: { ...rpc, ...server, "server.service.name": "echo" },
    },
    { ...call, kind: "server", service: "echo", attributes: { ...rpc, "server.port": 0 } },
  ]);
});

test("spans are called what the contract calls them, while metrics know the method", async () => {
  const { say, sing } = ThriftEcho.methods;
  const spanNames = { server: "say_server", client: "say_client" };
  const contract = { ...ThriftEcho, methods: { say: { ...say, spanNames }, sing } };
  const seen: unknown[] = [];
  const layer: Middleware = (call, next) => {
    seen.push([call.name, call.attributes["rpc.method"]]);
    return next(call);
  };
  const { address } = await serve({ contract, layers: [layer] });
  const { client } = dial([address], { contract, layers: [layer] });
  await client.say(nothing, testCall());
  await client.sing(nothing, testCall());
  expect(seen).toEqual([
    ["say_client", "echo.Echo/Say"],
    ["say_server", "echo.Echo/Say"],
    ["echo.Echo/Sing", "echo.Echo/Sing"],
    ["echo.Echo/Sing", "echo.Echo/Sing"],
  ]);
});

test("a server that closes says goodbye to who has not called yet: the first call may be on its way", async () => {
  const { port, close } = await serve();
  const raw = new RawClient(port);
  const farewell = once(raw.socket, "data");
  await once(raw.socket, "connect");
  const closed = close(60_000);
  const [frame] = await farewell;
  expect(isGoodbye(frame.subarray(4))).toBe(true);
  raw.socket.destroy();
  await closed;
});

test("strangers who come again and again get their first call answered, and do not keep a server from closing", async () => {
  const { port, close } = await serve();
  const visit = async () => {
    const raw = new RawClient(port);
    raw.socket.write(callFrame(1, number(1)));
    const { saying } = await raw.answer();
    await raw.closed;
    raw.socket.destroy();
    return saying;
  };
  const first = visit();
  const closed = close(60_000);
  let visits = 0;
  const turnedAway = (async () => {
    for (;;) {
      expect(await visit()).toEqual(number(1));
      visits++;
    }
  })().catch((error: Error) => error.message);
  await closed;
  await expect(first).resolves.toEqual(number(1));
  await expect(turnedAway).resolves.toBe("the server has closed the connection");
  expect(visits).toBeGreaterThan(0);
});
