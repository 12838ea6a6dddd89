import { attributes as names } from "@faultline/telemetry/attributes";
import { type BindOptions, bindService } from "../bound-service.ts";
import { Deadlines } from "../deadlines.ts";
import { type ServiceError, toServiceError, unimplemented } from "../errors.ts";
import { PartialBytes } from "../frame-reader.ts";
import { type Field, type HeaderList, stable, varying } from "../http2/headers.ts";
import { errorCodes } from "../http2/protocol.ts";
import type { Stream, StreamEvents } from "../http2/stream.ts";
import type { Contract } from "../service.ts";
import { createHealth } from "./health.ts";
import { callsMax, partialBytesMax } from "./limits.ts";
import { Listener, type ListenOptions } from "./listener.ts";
import { createReflection } from "./reflection.ts";
import { answerHeaders, ServerCall } from "./server-call.ts";
import { trailersOf } from "./status.ts";
import { cut } from "./status-message.ts";
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
  const listener = new Listener(options.tls, new Reception(methods, deadlines).receive);
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

  readonly receive = (stream: Stream, headers: HeaderList): StreamEvents => {
    // Who calls and leaves again and again has its handlers still at work: refused calls may be sent elsewhere.
    if (this.#underWay >= callsMax) {
      stream.reset(errorCodes.refusedStream);
      return nobody;
    }
    const httpStatus = refusal(headers);
    if (httpStatus !== undefined) {
      stream.sendHeaders([varying(":status", `${httpStatus}`)], true);
      return nobody;
    }
    try {
      return this.#start(stream, headers);
    } catch (thrown) {
      fail(stream, toServiceError(thrown));
      return nobody;
    }
  };

  #start(stream: Stream, headers: HeaderList): ServerCall {
    const path = headers.get(":path") ?? "";
    const method = this.#methods.get(path);
    if (!method)
      throw unimplemented(`the server does not implement the method ${cut(path, echoedMax)}`);
    const encoding = headers.get("grpc-encoding");
    if (encoding !== undefined && encoding !== "identity")
      throw unimplemented(`messages compressed with ${cut(encoding, echoedMax)} are not taken`);
    const deadlineMs = deadlineAfter(headers.get("grpc-timeout"), Date.now());
    const partial = this.#partial;
    const call = new ServerCall(stream, headers, {
      deadlineMs,
      deadlines: this.#deadlines,
      partial,
    });
    const ended = method(call, deadlineMs);
    if (ended) {
      this.#underWay++;
      ended.finally(() => this.#underWay--);
    }
    return call;
  }
}

/** Takes what a stream still says that has been answered already. */
const nobody: StreamEvents = { onClose() {} };

/** The HTTP status for what is no gRPC at all; undefined for a call. */
function refusal(headers: HeaderList): number | undefined {
  if (!headers.get("content-type")?.startsWith("application/grpc")) return 415;
  return headers.get(":method") === "POST" ? undefined : 405;
}

/** Characters of what a caller sent, in its answer: a few bytes must not become long answers again and again. */
const echoedMax = 100;

const acceptEncoding: Field = stable("grpc-accept-encoding", "identity");

/** Answers with headers alone. */
function fail(stream: Stream, error: ServiceError): void {
  stream.sendHeaders([...answerHeaders, acceptEncoding, ...trailersOf(error)], true);
}
