import { writeFileSync } from "node:fs";
import { createServer as createHttp2Server, type ServerHttp2Stream } from "node:http2";
import { createServer, type Server } from "node:net";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { createTrustedCertificate } from "@faultline/faults/certificate";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../test-launch.ts";
import { untilReady } from "./check.ts";
import { grpcServes } from "./grpc.ts";
import { memcachedAnswers } from "./memcached.ts";
import { mongodAnswers } from "./mongod.ts";
import { redisAnswers } from "./redis.ts";
import { thriftServes } from "./thrift.ts";

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const address = server.address();
  return typeof address === "object" && address ? address.port : 0;
}

/** A server that says the same to everyone. */
function saying(bytes: Uint8Array): Promise<number> {
  return portOf(createServer((socket) => socket.end(bytes)));
}

const soon = () => AbortSignal.timeout(2_000);

/** A gRPC server whose health service answers with that status: 1 is serving, 2 is not. */
async function healthy(status: number): Promise<number> {
  const server = createHttp2Server();
  server.on("stream", (stream: ServerHttp2Stream, headers) => {
    expect(headers[":path"]).toBe("/grpc.health.v1.Health/Check");
    stream.respond({ ":status": 200, "content-type": "application/grpc" });
    stream.end(Buffer.of(0, 0, 0, 0, 2, 0x08, status));
  });
  return portOf(server);
}

test("a memcached is ready when it tells its version, and not when something else talks", async () => {
  await memcachedAnswers(await saying(Buffer.from("VERSION 1.6.18\r\n")))(soon());

  const other = memcachedAnswers(await saying(Buffer.from("220 mail\r\n")))(soon());
  await expect(other).rejects.toThrow(/no memcached/);
});

test("a port where nobody listens, or where a connection is closed at once, is not ready", async () => {
  await expect(memcachedAnswers(1)(soon())).rejects.toThrow(/ECONNREFUSED/);
  await expect(mongodAnswers(await saying(Buffer.of()))(soon())).rejects.toThrow(
    /without an answer/,
  );
});

test("a gRPC service is ready when its health service says SERVING, and not when it says otherwise", async () => {
  await grpcServes(await healthy(1))(soon());

  await expect(grpcServes(await healthy(2))(soon())).rejects.toThrow(/serving/);
});

// What a server answers to a call of `Health`, in its frame.
const thriftAnswers = {
  serving: "0000001780010002000000064865616c7468000000000200000100",
  notServing: "0000001780010002000000064865616c7468000000000200000000",
  noSuchMethod: `0000002280010003000000064865616c7468000000000b000100000001780800020000000100`,
  broken: `0000002280010003000000064865616c7468000000000b000100000001780800020000000600`,
};

test("a Thrift service is ready when it says so, or when it is there and knows no such method", async () => {
  const asked = (hex: string) =>
    saying(Buffer.from(hex, "hex")).then((port) => thriftServes(port)(soon()));

  await asked(thriftAnswers.serving);
  await asked(thriftAnswers.noSuchMethod);

  await expect(asked(thriftAnswers.notServing)).rejects.toThrow(/serving/);
  await expect(asked(thriftAnswers.broken)).rejects.toThrow(/serving/);
  await expect(asked("")).rejects.toThrow(/without an answer/);
});

test("asking goes on until the answer is yes", async () => {
  let asked = 0;
  await untilReady(async () => {
    asked += 1;
    if (asked < 4) throw new Error("not yet");
  }, soon());

  expect(asked).toBe(4);
});

test("asking ends with the signal, and tells the last reason", async () => {
  const never = untilReady(() => Promise.reject(new Error("no disk")), AbortSignal.timeout(50));

  await expect(never).rejects.toMatchObject({ cause: { message: "no disk" } });
});

test("a Redis is ready when it answers PING, also one that wants a login, and not while it loads", async () => {
  await redisAnswers(await saying(Buffer.from("+PONG\r\n")))(soon());
  await redisAnswers(await saying(Buffer.from("-NOAUTH Authentication required.\r\n")))(soon());

  const loading = redisAnswers(await saying(Buffer.from("-LOADING in memory\r\n")))(soon());
  await expect(loading).rejects.toThrow(/still reading/);
  const other = redisAnswers(await saying(Buffer.from("220 mail\r\n")))(soon());
  await expect(other).rejects.toThrow(/no Redis/);
});

test("a Redis that speaks TLS is asked the same", async () => {
  const nowMs = Date.now();
  const dates = { fromMs: nowMs - 86_400_000, toMs: nowMs + 86_400_000 };
  const { ca, server } = await createTrustedCertificate(["localhost"], dates);
  const caFile = join(temporaryFolder(), "ca.pem");
  writeFileSync(caFile, ca);
  const asked = async (line: string) => {
    const tls = createTlsServer({ cert: server, key: server }, (socket) => socket.end(line));
    // Whoever has his answer leaves without a word.
    tls.on("tlsClientError", () => {});
    return redisAnswers(await portOf(tls), caFile)(soon());
  };

  await asked("+PONG\r\n");
  await expect(asked("-LOADING in memory\r\n")).rejects.toThrow(/still reading/);
});
