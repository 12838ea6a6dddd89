import { Server, ServerCredentials, type ServerWritableStream } from "@grpc/grpc-js";
import { expect, onTestFinished, test } from "vitest";
import { followFlagd } from "./flagd-sync.ts";

type Stream = ServerWritableStream<Buffer, Buffer>;

const within = { timeout: 15_000 };

/** A flagd server's sync service for the running test; `streams` has those who follow. */
async function startFlagd(port = 0, first = "one") {
  const streams: Stream[] = [];
  const server = new Server();
  const asIs = (bytes: Buffer) => bytes;
  server.register<Buffer, Buffer>(
    "/flagd.sync.v1.FlagSyncService/SyncFlags",
    (stream: Stream) => {
      streams.push(stream);
      stream.write(message(first));
    },
    asIs,
    asIs,
    "serverStream",
  );
  const bound = await new Promise<number>((resolve, reject) => {
    const credentials = ServerCredentials.createInsecure();
    server.bindAsync(`127.0.0.1:${port}`, credentials, (error, own) =>
      error ? reject(error) : resolve(own),
    );
  });
  onTestFinished(() => server.forceShutdown());
  return { port: bound, streams, end: () => server.forceShutdown() };
}

/** `SyncFlagsResponse { flag_configuration: text, sync_context: … }`. */
function message(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length =
    bytes.length < 128 ? [bytes.length] : [(bytes.length & 0x7f) | 0x80, bytes.length >> 7];
  return Buffer.concat([Buffer.from([0x0a, ...length]), bytes, Buffer.from([0x12, 0x00])]);
}

test("the document is there at the start, each new one follows, and a server that returns is found", async () => {
  const flagd = await startFlagd();
  const seen: string[] = [];
  const lost: string[] = [];
  const follow = (text: string) => seen.push(text);
  onTestFinished(await followFlagd(`127.0.0.1:${flagd.port}`, follow, (why) => lost.push(why)));
  expect(seen).toEqual(["one"]);

  const long = "x".repeat(5_000);
  flagd.streams[0]?.write(message(long));
  await expect.poll(() => seen.at(-1), within).toBe(long);

  flagd.end();
  await expect.poll(() => lost.length, within).toBe(1);
  await startFlagd(flagd.port, "again");
  await expect.poll(() => seen.at(-1), within).toBe("again");
});

test("without a server the start goes on, and says so once", async () => {
  const flagd = await startFlagd();
  flagd.end();
  const lost: string[] = [];

  onTestFinished(
    await followFlagd(
      `127.0.0.1:${flagd.port}`,
      () => {},
      (why) => lost.push(why),
    ),
  );

  expect(lost).toHaveLength(1);
});
