import type { Server, ServerUnaryCall, ServerWritableStream, sendUnaryData } from "@grpc/grpc-js";
import { notFound } from "../errors.ts";
import { statusOf } from "./status.ts";

/**
 * `grpc.health.v1`, by hand: the messages have one field each, and the ready-made package loads a whole protobuf
 * compiler into every process at start.
 */
const health = "/grpc.health.v1.Health";
const serving = 1;
const notServing = 2;
const serviceUnknown = 3;

/** Watchers per server; each is a stream that stays open. */
const watchersMax = 100;

type Watcher = ServerWritableStream<string, number>;

/** Adds the health service: for the whole server (the empty name) and for the contract by name. */
export function addHealth(server: Server, serviceName: string) {
  let state = notServing;
  const watchers = new Set<Watcher>();
  const isKnown = (name: string) => name === "" || name === serviceName;

  server.register<string, number>(
    `${health}/Check`,
    (call: ServerUnaryCall<string, number>, respond: sendUnaryData<number>) => {
      if (isKnown(call.request)) respond(null, state);
      else respond(statusOf(notFound(`unknown service ${call.request}`)));
    },
    encodeStatus,
    decodeServiceName,
    "unary",
  );
  server.register<string, number>(
    `${health}/Watch`,
    (call: Watcher) => {
      call.write(isKnown(call.request) ? state : serviceUnknown);
      if (watchers.size >= watchersMax || !isKnown(call.request)) {
        call.end();
        return;
      }
      watchers.add(call);
      call.on("cancelled", () => watchers.delete(call));
    },
    encodeStatus,
    decodeServiceName,
    "serverStream",
  );
  return {
    setServing(isServing: boolean): void {
      const next = isServing ? serving : notServing;
      if (next === state) return;
      state = next;
      for (const watcher of watchers) watcher.write(state);
    },
    close(): void {
      for (const watcher of watchers) watcher.end();
      watchers.clear();
    },
  };
}

/** `HealthCheckResponse { ServingStatus status = 1; }` */
function encodeStatus(status: number): Buffer {
  return Buffer.from([0x08, status]);
}

/** `HealthCheckRequest { string service = 1; }`. Names are shorter than 128 bytes here; others match none. */
function decodeServiceName(bytes: Buffer): string {
  return bytes[0] === 0x0a ? bytes.toString("utf8", 2, 2 + (bytes[1] ?? 0)) : "";
}
