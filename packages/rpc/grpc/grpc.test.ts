import { readFile } from "node:fs/promises";
import { connect } from "node:http2";
import { setTimeout as sleep } from "node:timers/promises";
import { silent } from "@faultline/telemetry/logger";
import { Client, credentials, Metadata } from "@grpc/grpc-js";
import { expect, onTestFinished, test } from "vitest";
import { targetOf } from "../addresses.ts";
import { Echo, echo, nothing, type Saying } from "../echo-contract.ts";
import { testCall } from "../test-call.ts";
import { type DialOptions, dialGrpc } from "./client.ts";
import { type GrpcServerOptions, startGrpcServer } from "./server.ts";

type Options = Partial<GrpcServerOptions<typeof Echo>>;

async function serve(options: Options = {}) {
  const server = await startGrpcServer({
    contract: Echo,
    handlers: echo(),
    service: "echo",
    log: silent,
    host: "127.0.0.1",
    port: 0,
    ...options,
  });
  onTestFinished(() => server.close());
  return { ...server, address: `127.0.0.1:${server.port}` };
}

function dial(addresses: readonly string[], options: Partial<DialOptions<typeof Echo>> = {}) {
  const connection = dialGrpc({
    contract: Echo,
    addresses,
    service: "test",
    peer: "echo",
    ...options,
  });
  onTestFinished(() => connection.close());
  return connection;
}

/** A client that knows nothing of ours. */
function foreign(address: string): Client {
  const client = new Client(address, credentials.createInsecure());
  onTestFinished(() => client.close());
  return client;
}

const asIs = (bytes: Buffer) => bytes;

function ask(client: Client, path: string, bytes: Buffer): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    const metadata = new Metadata();
    const options = { deadline: Date.now() + 5_000 };
    client.makeUnaryRequest(path, asIs, asIs, bytes, metadata, options, (error, answer) => {
      if (error) reject(error);
      else resolve(answer);
    });
  });
}

const check = "/grpc.health.v1.Health/Check";
const named = (name: string) => Buffer.from([0x0a, name.length, ...Buffer.from(name)]);

test("health answers for the server and for the contract, and follows what it is told", async () => {
  const server = await serve();
  const client = foreign(server.address);
  expect(await ask(client, check, Buffer.alloc(0))).toEqual(Buffer.from([8, 2]));
  server.setServing(true);
  expect(await ask(client, check, Buffer.alloc(0))).toEqual(Buffer.from([8, 1]));
  expect(await ask(client, check, named("echo.Echo"))).toEqual(Buffer.from([8, 1]));
  await expect(ask(client, check, named("no.Such"))).rejects.toMatchObject({ code: 5 });
});

test("a watcher of health hears of changes until the server closes", async () => {
  const server = await serve();
  const stream = foreign(server.address).makeServerStreamRequest(
    "/grpc.health.v1.Health/Watch",
    asIs,
    asIs,
    Buffer.alloc(0),
  );
  const heard: number[] = [];
  const ended = Promise.withResolvers<void>();
  stream.on("data", (bytes: Buffer) => {
    heard.push(bytes[1] ?? 0);
    if (heard.length === 1) server.setServing(true);
    if (heard.length === 2) server.close(1_000);
  });
  stream.on("end", ended.resolve);
  await ended.promise;
  expect(heard).toEqual([2, 1]);
});

test.for(["v1", "v1alpha"])("reflection %s lists the service and describes it", async (version) => {
  const descriptors = () => readFile(new URL("../../../proto/gen/hotel.binpb", import.meta.url));
  const geo = { ...Echo, fullName: "geo.Geo" } as const;
  const server = await serve({ contract: geo as never, descriptors });
  const stream = foreign(server.address).makeBidiStreamRequest(
    `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
    asIs,
    asIs,
  );
  const answers: string[] = [];
  stream.on("data", (bytes: Buffer) => answers.push(bytes.toString("latin1")));
  const ended = new Promise((resolve) => stream.on("end", resolve));
  stream.write(Buffer.from([0x3a, 1, 0x2a])); // list_services
  stream.write(Buffer.from([0x22, 7, ...Buffer.from("geo.Geo")])); // file_containing_symbol
  stream.end();
  await ended;
  expect(answers[0]).toContain("geo.Geo");
  expect(answers[0]).not.toContain("rate.Rate");
  expect(answers[1]).toContain("hotel/geo.proto");
});

test("a method that does not exist is unimplemented", async () => {
  const { address } = await serve();
  await expect(ask(foreign(address), "/echo.Echo/Shout", Buffer.alloc(4))).rejects.toMatchObject({
    code: 12,
  });
});

test("bytes that are no request are refused, and the server goes on", async () => {
  const { address } = await serve();
  await expect(ask(foreign(address), "/echo.Echo/Say", Buffer.alloc(1))).rejects.toMatchObject({
    code: 13,
  });
  await expect(dial([address]).client.say(nothing, testCall())).resolves.toEqual(nothing);
});

test("a message over 4 MiB is refused in either direction", async () => {
  const large: Saying = { number: 0, words: ["x".repeat(5 * 1_048_576)] };
  const { address } = await serve({ handlers: echo(async () => large) });
  const { client } = dial([address]);
  await expect(client.say(large, testCall())).rejects.toMatchObject({ code: "resourceExhausted" });
  await expect(client.say(nothing, testCall())).rejects.toMatchObject({
    code: "resourceExhausted",
  });
});

test("nonsense on the port harms nobody", async () => {
  const { address } = await serve();
  const session = connect(`http://${address}`);
  const request = session.request({ ":method": "GET", ":path": "/echo.Echo/Say" });
  const status = new Promise((resolve) => request.on("response", (h) => resolve(h[":status"])));
  expect(await status).toBe(415);
  session.close();
  await expect(dial([address]).client.say(nothing, testCall())).resolves.toEqual(nothing);
});

test("calls are spread over all replicas", async () => {
  const answers = (word: string) => ({
    handlers: echo(async () => ({ number: 0, words: [word] })),
  });
  const replicas = await Promise.all([serve(answers("a")), serve(answers("b"))]);
  const { client, ready } = dial(replicas.map((replica) => replica.address));
  await ready(testCall());
  const heard = new Set<string | undefined>();
  while (heard.size < 2) heard.add((await client.say(nothing, testCall())).words[0]);
  const next = [];
  for (let i = 0; i < 4; i++) next.push((await client.say(nothing, testCall())).words[0]);
  expect(next.toSorted()).toEqual(["a", "a", "b", "b"]);
});

test("without a server a call fails at once as unavailable, and ready waits until its deadline", async () => {
  const { address, close } = await serve();
  await close();
  const { client, ready } = dial([address]);
  await expect(client.say(nothing, testCall())).rejects.toMatchObject({
    code: "unavailable",
    message: expect.stringContaining("ECONNREFUSED"),
  });
  await expect(ready(testCall({ withinMs: 50 }))).rejects.toMatchObject({
    code: "deadlineExceeded",
  });
});

test("a server that comes back is used again within two seconds or so", async () => {
  const first = await serve();
  const { client } = dial([first.address]);
  await client.say(nothing, testCall());
  await first.close();
  await expect(client.say(nothing, testCall())).rejects.toMatchObject({ code: "unavailable" });
  await sleep(1_500);
  await serve({ port: first.port });

  const until = Date.now() + 4_000;
  const answered = async (): Promise<Saying> => {
    try {
      return await client.say(nothing, testCall());
    } catch (error) {
      if (Date.now() > until) throw error;
      await sleep(20);
      return answered();
    }
  };
  await expect(answered()).resolves.toEqual(nothing);
});

test("a connection is ready as soon as its server is", async () => {
  const { address, port, close } = await serve();
  await close();
  const { client, ready } = dial([address]);
  const isReady = ready(testCall());
  await serve({ port });
  await isReady;
  await expect(client.say(nothing, testCall())).resolves.toEqual(nothing);
});

test("closing finishes the calls that were accepted", async () => {
  const arrived = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const handlers = echo(async (request) => {
    arrived.resolve();
    await release.promise;
    return request;
  });
  const server = await serve({ handlers });
  const answer = dial([server.address]).client.say(nothing, testCall());
  await arrived.promise;
  const closed = server.close(5_000);
  release.resolve();
  await expect(answer).resolves.toEqual(nothing);
  await closed;
});

test("closing cuts off what does not end within its grace", async () => {
  const arrived = Promise.withResolvers<void>();
  const handlers = echo(() => {
    arrived.resolve();
    return new Promise(() => {});
  });
  const server = await serve({ handlers });
  const answer = dial([server.address]).client.say(nothing, testCall());
  answer.catch(() => {});
  await arrived.promise;
  await server.close(20);
  await expect(answer).rejects.toMatchObject({ code: expect.stringMatching(/unavail|cancel/) });
});

test("a port that is taken is an error that says so", async () => {
  const { port } = await serve();
  await expect(serve({ port })).rejects.toThrow(/EADDRINUSE|already/i);
});

test("a name stands for all its addresses, and several replicas are given by address", () => {
  expect(targetOf(["geo:8083"])).toEqual({ kind: "name", name: "geo", port: 8083 });
  expect(targetOf(["127.0.0.1:1", "127.0.0.1:2"])).toMatchObject({
    addresses: [
      { host: "127.0.0.1", port: 1 },
      { host: "127.0.0.1", port: 2 },
    ],
  });
  expect(targetOf(["[::1]:1"])).toMatchObject({ addresses: [{ host: "::1", port: 1 }] });
  expect(() => targetOf(["a:1", "b:2"])).toThrow(/IP addresses/);
});

test("replicas can be restarted one after the other without a call lost", async () => {
  const replicas = await Promise.all([serve(), serve()]);
  const { client, ready } = dial(replicas.map((replica) => replica.address));
  await ready(testCall());
  let going = true;
  const caller = async () => {
    while (going) await client.say(nothing, testCall());
  };
  const callers = Promise.all(Array.from({ length: 8 }, caller));

  for (const { port, close } of replicas) {
    await close(10_000);
    let answered = 0;
    const counting = async (request: Saying) => {
      answered++;
      return request;
    };
    await serve({ port, handlers: echo(counting) });
    await expect.poll(() => answered, { timeout: 10_000 }).toBeGreaterThan(0);
  }
  going = false;

  await expect(callers).resolves.toHaveLength(8);
}, 30_000);
