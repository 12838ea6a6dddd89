import {
  rootContext,
  sampledFlag,
  spanContextOf,
  withRemoteParent,
} from "@faultline/telemetry/context";
import type { Context } from "@opentelemetry/api";
import {
  bindClient,
  type ClientOptions,
  type Connection,
  watchCancellation,
} from "./bound-client.ts";
import { type BindOptions, type BoundMethod, bindService } from "./bound-service.ts";
import type { Call } from "./call.ts";
import { Cancellation, pastDeadline } from "./cancellation.ts";
import { Deadlines } from "./deadlines.ts";
import { encode } from "./encoding.ts";
import { internal, ServiceError, toServiceError, unavailable, unimplemented } from "./errors.ts";
import type { Contract } from "./service.ts";

/** A service that answers in its own process, and what `connectInMemory` reaches. */
export interface MemoryServer {
  readonly methods: ReadonlyMap<string, BoundMethod>;
  /** Refuses further calls and waits for those it has accepted, at most so long; then calls them off. */
  close(graceMs?: number): Promise<void>;
  /** Takes a call in; throws `unavailable` once closed. Returns what to call when it is done. */
  accept(cancellation: Cancellation): () => void;
}

/**
 * Serves a contract without a network. What a caller sees is what it sees over gRPC: messages are encoded and
 * decoded, deadlines and cancellation reach the handler, and of an error only its codes and message get across.
 */
export function serveInMemory<C extends Contract>(options: BindOptions<C>): MemoryServer {
  const methods = new Map(bindService(options).map((method) => [method.path, method]));
  const active = new Set<Cancellation>();
  let closed = false;
  let whenIdle: (() => void) | undefined;
  return {
    methods,
    accept(cancellation) {
      if (closed) throw unavailable(`${options.service} has shut down`);
      active.add(cancellation);
      return () => {
        active.delete(cancellation);
        if (active.size === 0) whenIdle?.();
      };
    },
    async close(graceMs = 0) {
      closed = true;
      if (active.size === 0) return;
      const idle = new Promise<void>((resolve) => {
        whenIdle = resolve;
      });
      if (await endsWithin(graceMs, idle)) return;
      // A handler that does not listen to its signal cannot be ended; its caller has been told.
      callOff(active, options.service);
    },
  };
}

async function endsWithin(graceMs: number, work: Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), graceMs);
  });
  try {
    return await Promise.race([work.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}

function callOff(active: ReadonlySet<Cancellation>, service: string): void {
  for (const cancellation of active) cancellation.cancel(unavailable(`${service} has shut down`));
}

/** Calls a service of the same process. Closing it leaves the server as it is. */
export function connectInMemory<C extends Contract>(
  options: ClientOptions<C> & { readonly server: MemoryServer },
): Connection<C> {
  let closed = false;
  const client = bindClient(options, async (path, method, call) => {
    if (closed) throw unavailable(`the connection to ${options.peer} is closed`);
    const bound = options.server.methods.get(path);
    if (!bound) throw unimplemented(`the server does not implement the method ${path}`);
    const request = encode(method.requestType, call.request);
    const response = await exchange(options.server, bound, call, request);
    return method.responseType.decode(response);
  });
  return {
    client,
    ready: async () => {},
    close() {
      closed = true;
    },
  };
}

/** One call across the border: bytes go over and bytes come back, or a code and a message. */
function exchange(
  server: MemoryServer,
  bound: BoundMethod,
  call: Call,
  request: Uint8Array,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const cancellation = new Cancellation(call.deadlineMs);
    const done = server.accept(cancellation);
    const giveUp = (reason: Error) => {
      stopWatching();
      cancellation.cancel(toServiceError(reason));
      reject(reason);
    };
    const stopWatching = watchEnd(call, giveUp);
    cancellation.watch(giveUp);
    answer(bound, call, request, cancellation)
      .then(resolve, (error) => reject(acrossTheBorder(error)))
      .finally(() => {
        stopWatching();
        done();
      });
  });
}

async function answer(
  { method, serve }: BoundMethod,
  call: Call,
  bytes: Uint8Array,
  cancellation: Cancellation,
): Promise<Uint8Array> {
  const context = acrossContext(call.context);
  const request: unknown = method.requestType.decode(bytes);
  const response = await serve({ request, context, cancellation });
  try {
    return encode(method.responseType, response);
  } catch (cause) {
    throw internal("cannot encode the response", { cause });
  }
}

// All calls of the process that have no socket under them.
const deadlines = new Deadlines();

/** Watches for the end of a call's time, and for its being called off. */
function watchEnd(call: Call, onEnd: (reason: Error) => void): () => void {
  const { deadlineMs } = call;
  const stop = watchCancellation(call, onEnd);
  if (deadlineMs === Number.POSITIVE_INFINITY) return stop;
  const timed = { deadlineMs, onDeadline: () => onEnd(pastDeadline()) };
  deadlines.watch(timed);
  return () => {
    deadlines.unwatch(timed);
    stop();
  };
}

/** The callee knows of the caller's span what it would know over a wire: where it is. */
function acrossContext(context: Context): Context {
  const place = spanContextOf(context);
  if (!place) return rootContext;
  // Nobody will look at a span that is not kept, so its place need not be copied.
  if ((place.traceFlags & sampledFlag) === 0) return context;
  return withRemoteParent({ ...place, isRemote: true });
}

/** Causes stay on the server's side, as they do over a wire. */
function acrossTheBorder(thrown: unknown): ServiceError {
  const { code, message, exceptionCode } = toServiceError(thrown);
  return new ServiceError(code, message, { exceptionCode });
}
