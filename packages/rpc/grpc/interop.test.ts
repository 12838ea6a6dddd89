import { contextFromHeaders, traceparentOf } from "@faultline/telemetry/trace-context";
import { Metadata, type ServerUnaryCall, type sendUnaryData } from "@grpc/grpc-js";
import { expect, test } from "vitest";
import { Cancellation } from "../cancellation.ts";
import { Echo, echo, nothing, type Saying } from "../echo-contract.ts";
import { type Code, codes, ServiceError } from "../errors.ts";
import { testCall } from "../test-call.ts";
import { ask, dial, foreignClient, foreignServer, serve } from "./testing.ts";

// The referee is `@grpc/grpc-js`, on either side.
type Asked = ServerUnaryCall<Buffer, Buffer>;
type Answer = sendUnaryData<Buffer>;

const say = `/${Echo.fullName}/Say`;
const encoded = (saying: Saying) =>
  Buffer.from(Echo.methods.say.requestType.encode(saying).finish());
const hello: Saying = { number: 1.5, words: ["grüß", "dich"] };
const large: Saying = { number: 2, words: ["x".repeat(3_900_000)] };

test("a foreign client gets our answers, small and nearly four megabytes", async () => {
  const client = foreignClient((await serve()).address);
  expect(await ask(client, say, encoded(hello))).toEqual(encoded(hello));
  expect((await ask(client, say, encoded(large))).equals(encoded(large))).toBe(true);
});

test("our client gets a foreign server's answers, small and nearly four megabytes", async () => {
  const address = await foreignServer((call: Asked, respond: Answer) =>
    respond(null, call.request),
  );
  const { client } = dial([address]);
  expect(await client.say(hello, testCall())).toEqual(hello);
  expect((await client.say(large, testCall())).words[0]).toHaveLength(3_900_000);
});

const texts = ["plain", "100 % sicher: größer, 漢字", "two\nlines", "", "%41 is not A"];

test.for(texts)("a foreign client reads our failure's words: %j", async (text) => {
  const server = await serve({
    handlers: echo(async () => {
      throw new ServiceError("failedPrecondition", text);
    }),
  });
  await expect(ask(foreignClient(server.address), say, encoded(hello))).rejects.toMatchObject({
    code: codes.failedPrecondition,
    details: text,
  });
});

test.for(texts)("our client reads a foreign server's words: %j", async (text) => {
  const address = await foreignServer((_call: Asked, respond: Answer) =>
    respond({ code: codes.aborted, details: text }),
  );
  await expect(dial([address]).client.say(hello, testCall())).rejects.toMatchObject({
    code: "aborted",
    message: text,
  });
});

test("every code crosses in both directions", async () => {
  const names = Object.keys(codes) as Code[];
  const server = await serve({
    handlers: echo(async ({ words: [name] }) => {
      throw new ServiceError(name as Code, "as asked");
    }),
  });
  const address = await foreignServer((call: Asked, respond: Answer) => {
    const [name] = Echo.methods.say.requestType.decode(call.request).words;
    respond({ code: codes[name as Code], details: "as asked" });
  });
  const foreign = foreignClient(server.address);
  const { client } = dial([address]);
  for (const name of names) {
    const asked = { number: 0, words: [name] };
    await expect(ask(foreign, say, encoded(asked))).rejects.toMatchObject({ code: codes[name] });
    await expect(client.say(asked, testCall())).rejects.toMatchObject({ code: name });
  }
});

test("a foreign client's deadline reaches our handler and ends the call", async () => {
  const reason = Promise.withResolvers<unknown>();
  const server = await serve({
    handlers: echo((_request, { signal }) => {
      signal.addEventListener("abort", () => reason.resolve(signal.reason));
      return new Promise(() => {});
    }),
  });
  const failure = ask(foreignClient(server.address), say, encoded(hello), { withinMs: 200 });
  await expect(failure).rejects.toMatchObject({ code: codes.deadlineExceeded });
  await expect(reason.promise).resolves.toMatchObject({ name: "ServiceError" });
});

test("our deadline reaches a foreign server", async () => {
  const deadlines: number[] = [];
  const address = await foreignServer((call: Asked, respond: Answer) => {
    deadlines.push(Number(call.getDeadline()));
    respond(null, call.request);
  });
  const scope = testCall({ withinMs: 3_600_000 });
  await dial([address]).client.say(hello, scope);
  expect(Math.abs((deadlines[0] ?? 0) - scope.deadlineMs)).toBeLessThan(60_000);
});

test("a foreign server hears that our caller has gone", async () => {
  const arrived = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const address = await foreignServer((call: Asked) => {
    call.on("cancelled", gone.resolve);
    arrived.resolve();
  });
  const cancellation = new Cancellation(Date.now() + 10_000);
  const failure = dial([address]).client.say(hello, { ...testCall(), cancellation });
  await arrived.promise;
  cancellation.cancel();
  await expect(failure).rejects.toMatchObject({ code: "canceled" });
  await gone.promise;
});

test("our handler hears that a foreign caller has gone", async () => {
  const arrived = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const server = await serve({
    handlers: echo((_request, { signal }) => {
      signal.addEventListener("abort", () => gone.resolve());
      arrived.resolve();
      return new Promise(() => {});
    }),
  });
  const client = foreignClient(server.address);
  const options = { deadline: Date.now() + 10_000 };
  const asIs = (bytes: Buffer) => bytes;
  const call = client.makeUnaryRequest(say, asIs, asIs, encoded(hello), options, () => {});
  await arrived.promise;
  call.cancel();
  await gone.promise;
});

test("the place in a trace crosses in both directions", async () => {
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const seen: unknown[] = [];
  const server = await serve({
    handlers: echo(async (request, { context }) => {
      seen.push(traceparentOf(context));
      return request;
    }),
  });
  const address = await foreignServer((call: Asked, respond: Answer) => {
    seen.push(call.metadata.get("traceparent")[0]);
    respond(null, call.request);
  });
  const metadata = new Metadata();
  metadata.set("traceparent", traceparent);
  await ask(foreignClient(server.address), say, encoded(hello), { metadata });
  const context = contextFromHeaders({ traceparent });
  await dial([address]).client.say(hello, testCall({ context }));
  expect(seen).toEqual([traceparent, traceparent]);
});

test("a compressed request is unimplemented, and the next plain one is answered", async () => {
  const { address } = await serve();
  const { Client, credentials } = await import("@grpc/grpc-js");
  const gzip = new Client(address, credentials.createInsecure(), {
    "grpc.default_compression_algorithm": 2,
  });
  await expect(ask(gzip, say, encoded(hello))).rejects.toMatchObject({
    code: codes.unimplemented,
  });
  gzip.close();
  expect(await ask(foreignClient(address), say, encoded(hello))).toEqual(encoded(hello));
});

test("a thousand calls at once wait for a server that takes ten at a time", async () => {
  let now = 0;
  let most = 0;
  const address = await foreignServer(
    (call: Asked, respond: Answer) => {
      most = Math.max(most, ++now);
      setImmediate(() => {
        now--;
        respond(null, call.request);
      });
    },
    { "grpc.max_concurrent_streams": 10 },
  );
  const { client } = dial([address]);
  const answers = Array.from({ length: 1_000 }, () => client.say(nothing, testCall()));
  expect(await Promise.all(answers)).toHaveLength(1_000);
  expect(most).toBeLessThanOrEqual(10);
});

test("more calls than may wait are told so", async () => {
  const release = Promise.withResolvers<void>();
  const address = await foreignServer(
    (call: Asked, respond: Answer) => {
      release.promise.then(() => respond(null, call.request));
    },
    { "grpc.max_concurrent_streams": 10 },
  );
  const { client, ready } = dial([address]);
  await ready(testCall());
  const calls = Array.from({ length: 4_200 }, () => client.say(nothing, testCall()));
  const failed = Promise.any(calls.map((call) => call.then(Promise.reject, (error) => error)));
  expect(await failed).toMatchObject({ code: "resourceExhausted" });
  release.resolve();
  const settled = await Promise.allSettled(calls);
  expect(settled.filter(({ status }) => status === "fulfilled").length).toBeGreaterThan(4_000);
});

test("a name is resolved, and those of its addresses that answer are used", async () => {
  const { port } = await serve();
  const { client } = dial([`localhost:${port}`]);
  await expect(client.say(hello, testCall())).resolves.toEqual(hello);
});

test("a name that nobody knows is unavailable", async () => {
  const { client } = dial(["no-such-host.invalid:1"]);
  await expect(client.say(hello, testCall())).rejects.toMatchObject({ code: "unavailable" });
});
