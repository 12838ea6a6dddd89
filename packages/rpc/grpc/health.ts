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

interface Question {
  readonly service: string;
}
type Watcher = ServerWritableStream<Question, number>;

/** Adds the health service: for the whole server (the empty name) and for the contract by name. */
export function addHealth(server: Server, serviceName: string) {
  let state = notServing;
  const watchers = new Set<Watcher>();
  const isKnown = (name: string) => name === "" || name === serviceName;

  server.register<Question, number>(
    `${health}/Check`,
    (call: ServerUnaryCall<Question, number>, respond: sendUnaryData<number>) => {
      const { service } = call.request;
      if (isKnown(service)) respond(null, state);
      else respond(statusOf(notFound(`unknown service ${service}`)));
    },
    encodeStatus,
    decodeQuestion,
    "unary",
  );
  server.register<Question, number>(
    `${health}/Watch`,
    (call: Watcher) => {
      const { service } = call.request;
      call.write(isKnown(service) ? state : serviceUnknown);
      if (watchers.size >= watchersMax || !isKnown(service)) {
        call.end();
        return;
      }
      watchers.add(call);
      call.on("cancelled", () => watchers.delete(call));
    },
    encodeStatus,
    decodeQuestion,
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
function decodeQuestion(bytes: Buffer): Question {
  const named = bytes[0] === 0x0a;
  return { service: named ? bytes.toString("utf8", 2, 2 + (bytes[1] ?? 0)) : "" };
}
