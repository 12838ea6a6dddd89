import { createServer, type Socket } from "node:net";
import { serialize } from "bson";
import { itemNumbered } from "./items.ts";

// The floor: a server that reads frames and sends the same reply to all of them, with nothing
// decoded, looked up or written. What it costs, the driver and the sockets cost. Prints its
// port when it listens.

const opMessage = 2013;
const opReply = 1;

const reply = serialize({
  ok: 1,
  n: 1,
  nModified: 1,
  cursor: { id: 0n, ns: "bench.items", firstBatch: [itemNumbered(0)] },
  isWritablePrimary: true,
  ismaster: true,
  minWireVersion: 0,
  maxWireVersion: 21,
  maxBsonObjectSize: 16_777_216,
  maxMessageSizeBytes: 48_000_000,
  maxWriteBatchSize: 100_000,
  logicalSessionTimeoutMinutes: 30,
});
const messageReply = frame(opMessage, Buffer.concat([Buffer.alloc(5), reply]));
const queryReply = frame(opReply, Buffer.concat([Buffer.alloc(16), Buffer.of(1, 0, 0, 0), reply]));

const server = createServer((socket) => {
  let waiting: Buffer = Buffer.alloc(0);
  socket.setNoDelay(true);
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk: Buffer) => {
    waiting = answerAll(socket, waiting.length === 0 ? chunk : Buffer.concat([waiting, chunk]));
  });
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (address !== null && typeof address === "object") console.log(address.port);
});

/** Answers each whole frame, and returns what is left of the bytes. */
function answerAll(socket: Socket, bytes: Buffer): Buffer {
  let start = 0;
  while (bytes.length - start >= 16) {
    const length = bytes.readInt32LE(start);
    if (bytes.length - start < length) break;
    const isMessage = bytes.readInt32LE(start + 12) === opMessage;
    const answer = Buffer.from(isMessage ? messageReply : queryReply);
    answer.writeInt32LE(bytes.readInt32LE(start + 4), 8);
    socket.write(answer);
    start += length;
  }
  return bytes.subarray(start);
}

function frame(opCode: number, body: Buffer): Buffer {
  const header = Buffer.alloc(16);
  header.writeInt32LE(header.length + body.length, 0);
  header.writeInt32LE(opCode, 12);
  return Buffer.concat([header, body]);
}
