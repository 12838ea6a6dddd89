import {
  constants,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type ServerHttp2Stream,
} from "node:http2";
import { attributes as names } from "@faultline/telemetry/attributes";
import { type BindOptions, bindService } from "../bound-service.ts";
import { Deadlines } from "../deadlines.ts";
import { type ServiceError, toServiceError, unimplemented } from "../errors.ts";
import { PartialBytes } from "../frame-reader.ts";
import type { Contract } from "../service.ts";
import { createHealth } from "./health.ts";
import { callsMax, partialBytesMax } from "./limits.ts";
import { Listener, type ListenOptions } from "./listener.ts";
import { createReflection } from "./reflection.ts";
import { hangUp, ServerCall } from "./server-call.ts";
import { trailersOf } from "./status.ts";
import { deadlineAfter } from "./timeout.ts";
import { serveUnary } from "./unary.ts";

export interface GrpcServerOptions<C extends Contract> extends BindOptions<C>, ListenOptions {
  /** The contract's compiled form (a serialized `FileDescriptorSet`), for reflection; read when first asked for. */
  readonly descriptors?: (() => Uint8Array | Promise<Uint8Array>) | undefined;
}

export interface GrpcServer {
  readonly port: number;
  /** What the health service answers from now on. A server starts as not serving. */
  setServing(serving: boolean): void;
  /** Takes no more calls, waits for those accepted at most so long, then cuts them off. */
  close(graceMs?: number): Promise<void>;
}

/** What answers a call. A promise is of its end, if that may come after the caller has gone. */
export type ServerMethod = (call: ServerCall, deadlineMs: number) => Promise<void> | undefined;

/** Serves a contract over gRPC, with health and reflection. Rejects if the address cannot be bound. */
export async function startGrpcServer<C extends Contract>(
  options: GrpcServerOptions<C>,
): Promise<GrpcServer> {
  const { contract, descriptors } = options;
  const health = createHealth(contract.fullName);
  const methods = new Map<string, ServerMethod>([
    ...unaryMethods(options),
    ...health.methods,
    ...(descriptors ? createReflection(contract.fullName, descriptors) : []),
  ]);
  const deadlines = new Deadlines();
  const listener = new Listener(options.tls);
  listener.server.on("stream", new Reception(methods, deadlines).receive);
  const port = await listener.listen(options);
  return {
    port,
    setServing: health.setServing,
    async close(graceMs = 0) {
      health.close();
      await listener.close(graceMs);
      deadlines.close();
    },
  };
}

function unaryMethods<C extends Contract>(
  options: GrpcServerOptions<C>,
): readonly (readonly [string, ServerMethod])[] {
  const attributes = { [names.serverPort]: options.port, ...options.attributes };
  return bindService({ ...options, attributes }).map((bound) => [
    bound.path,
    (call, deadlineMs) => serveUnary(bound, call, deadlineMs),
  ]);
}

/** Looks at each stream that comes in, and gives those that are calls to their methods. */
class Reception {
  readonly #methods: ReadonlyMap<string, ServerMethod>;
  readonly #deadlines: Deadlines;
  readonly #partial = new PartialBytes(partialBytesMax);
  #underWay = 0;

  constructor(methods: ReadonlyMap<string, ServerMethod>, deadlines: Deadlines) {
    this.#methods = methods;
    this.#deadlines = deadlines;
  }

  readonly receive = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void => {
    // Whatever happens to a stream, its call hears of its close.
    stream.on("error", () => {});
    // Who calls and leaves again and again has its handlers still at work: refused calls may be sent elsewhere.
    if (this.#underWay >= callsMax) {
      stream.close(constants.NGHTTP2_REFUSED_STREAM);
      return;
    }
    const httpStatus = refusal(headers);
    if (httpStatus !== undefined) {
      sendOff(stream, { ":status": httpStatus });
      return;
    }
    try {
      this.#start(stream, headers);
    } catch (thrown) {
      fail(stream, toServiceError(thrown));
    }
  };

  #start(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const path = headers[":path"] ?? "";
    const method = this.#methods.get(path);
    if (!method) throw unimplemented(`the server does not implement the method ${path}`);
    const encoding = headers["grpc-encoding"];
    if (encoding !== undefined && encoding !== "identity")
      throw unimplemented(`messages compressed with ${encoding} are not taken`);
    const deadlineMs = deadlineAfter(one(headers["grpc-timeout"]), Date.now());
    const partial = this.#partial;
    const call = new ServerCall(stream, headers, {
      deadlineMs,
      deadlines: this.#deadlines,
      partial,
    });
    const ended = method(call, deadlineMs);
    if (!ended) return;
    this.#underWay++;
    ended.finally(() => this.#underWay--);
  }
}

/** The HTTP status for what is no gRPC at all; undefined for a call. */
function refusal(headers: IncomingHttpHeaders): number | undefined {
  if (!headers["content-type"]?.startsWith("application/grpc")) return 415;
  return headers[":method"] === "POST" ? undefined : 405;
}

function fail(stream: ServerHttp2Stream, error: ServiceError): void {
  sendOff(stream, {
    ":status": 200,
    "content-type": "application/grpc",
    "grpc-accept-encoding": "identity",
    ...trailersOf(error),
  });
}

/** Answers with headers alone. */
function sendOff(stream: ServerHttp2Stream, headers: OutgoingHttpHeaders): void {
  stream.respond(headers, { endStream: true });
  hangUp(stream);
}

function one(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
