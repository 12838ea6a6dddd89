import { notFound } from "../errors.ts";
import { frame } from "./frames.ts";
import type { ServerMethod } from "./server.ts";
import type { ServerCall } from "./server-call.ts";

/** `grpc.health.v1`, by hand: its messages have one field each. */
const health = "/grpc.health.v1.Health";
const serving = 1;
const notServing = 2;
const serviceUnknown = 3;

/** Watchers per server; each is a stream that stays open. */
const watchersMax = 100;

/** The health service: for the whole server (the empty name) and for the contract by name. */
export function createHealth(serviceName: string) {
  let state = notServing;
  const watchers = new Set<ServerCall>();
  const isKnown = (name: string) => name === "" || name === serviceName;

  const check: ServerMethod = onQuestion((call, service) => {
    if (isKnown(service)) call.answer(frame(statusMessage(state)));
    else call.end(notFound(`unknown service ${service}`));
  });
  const watch: ServerMethod = onQuestion((call, service) => {
    call.send(statusMessage(isKnown(service) ? state : serviceUnknown));
    if (watchers.size >= watchersMax || !isKnown(service)) return call.end();
    call.handle({ gone: () => watchers.delete(call) });
    watchers.add(call);
  });
  return {
    methods: [
      [`${health}/Check`, check],
      [`${health}/Watch`, watch],
    ] as const,
    setServing(isServing: boolean): void {
      const next = isServing ? serving : notServing;
      if (next === state) return;
      state = next;
      for (const watcher of watchers) watcher.send(statusMessage(state));
    },
    close(): void {
      for (const watcher of watchers) watcher.end();
      watchers.clear();
    },
  };
}

/** Both methods are asked one thing: `HealthCheckRequest { string service = 1; }`. */
function onQuestion(answer: (call: ServerCall, service: string) => void): ServerMethod {
  return (call) => {
    let service = "";
    call.handle({
      message(bytes) {
        service = serviceIn(bytes);
      },
      end() {
        call.arrived();
        answer(call, service);
      },
    });
    return undefined;
  };
}

/** Names are shorter than 128 bytes here; others match none. */
function serviceIn(bytes: Buffer): string {
  return bytes[0] === 0x0a ? bytes.toString("utf8", 2, 2 + (bytes[1] ?? 0)) : "";
}

/** `HealthCheckResponse { ServingStatus status = 1; }` */
function statusMessage(status: number): Buffer {
  return Buffer.from([0x08, status]);
}
