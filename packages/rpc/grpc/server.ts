import { attributes as names } from "@faultline/telemetry/attributes";
import { contextFromHeaders } from "@faultline/telemetry/trace-context";
import {
  logVerbosity,
  type Metadata,
  Server,
  type ServerUnaryCall,
  type sendUnaryData,
  setLogVerbosity,
} from "@grpc/grpc-js";
import type { Context } from "@opentelemetry/api";
import { type BindOptions, type BoundMethod, bindService } from "../bound-service.ts";
import { Cancellation } from "../cancellation.ts";
import { internal, toServiceError } from "../errors.ts";
import type { Contract } from "../service.ts";
import type { TlsOptions } from "../tls-options.ts";
import { addHealth } from "./health.ts";
import {
  concurrentStreamsMax,
  keepaliveMs,
  keepaliveTimeoutMs,
  messageBytesMax,
} from "./limits.ts";
import { addReflection } from "./reflection.ts";
import { statusOf } from "./status.ts";
import { serverCredentials } from "./tls.ts";

export interface GrpcServerOptions<C extends Contract> extends BindOptions<C> {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly tls?: TlsOptions | undefined;
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

/** Serves a contract over gRPC, with health and reflection. Rejects if the address cannot be bound. */
export async function startGrpcServer<C extends Contract>(
  options: GrpcServerOptions<C>,
): Promise<GrpcServer> {
  // What the library would print comes to us as an error, and goes into the log as one.
  setLogVerbosity(logVerbosity.NONE);
  const server = new Server({
    "grpc.enable_channelz": 0,
    "grpc.keepalive_time_ms": keepaliveMs,
    "grpc.keepalive_timeout_ms": keepaliveTimeoutMs,
    "grpc.max_concurrent_streams": concurrentStreamsMax,
    "grpc.max_receive_message_length": messageBytesMax,
    "grpc.max_send_message_length": messageBytesMax,
  });
  const attributes = { [names.serverPort]: options.port, ...options.attributes };
  for (const method of bindService({ ...options, attributes })) register(server, method);
  const health = addHealth(server, options.contract.fullName);
  if (options.descriptors) {
    addReflection(server, options.contract.fullName, options.descriptors);
  }
  const port = await bind(server, options);
  return {
    port,
    setServing: health.setServing,
    close: (graceMs = 0) => {
      health.close();
      return shutDown(server, `${hostOf(options)}:${port}`, graceMs);
    },
  };
}

function register(server: Server, bound: BoundMethod): void {
  server.register<unknown, unknown>(
    bound.path,
    (call: ServerUnaryCall<unknown, unknown>, respond: sendUnaryData<unknown>) => {
      const cancellation = new Cancellation(deadlineOf(call));
      call.on("cancelled", () => cancellation.cancel());
      const { request } = call;
      const context = contextOf(call.metadata);
      bound.serve({ request, context, cancellation }).then(
        (response) => respond(null, response),
        (thrown) => respond(statusOf(toServiceError(thrown))),
      );
    },
    (response) => toBuffer(encoded(bound, response)),
    (bytes) => bound.method.requestType.decode(bytes),
    "unary",
  );
}

function encoded({ method, path }: BoundMethod, response: unknown): Uint8Array {
  try {
    return method.responseType.encode(response).finish();
  } catch (cause) {
    throw internal(`cannot encode the response of ${path}`, { cause });
  }
}

function deadlineOf(call: ServerUnaryCall<unknown, unknown>): number {
  const deadline = call.getDeadline();
  return deadline instanceof Date ? deadline.getTime() : deadline;
}

/** Each look at the metadata costs, so the second is chosen by the first. */
function contextOf(metadata: Metadata): Context {
  const traceparent = text(metadata.get("traceparent")[0]);
  if (traceparent === undefined) {
    return contextFromHeaders({ uberTraceId: text(metadata.get("uber-trace-id")[0]) });
  }
  return contextFromHeaders({ traceparent, tracestate: text(metadata.get("tracestate")[0]) });
}

function text(value: string | Buffer | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The same memory as a buffer, which is what the library frames. */
export function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function bind<C extends Contract>(server: Server, options: GrpcServerOptions<C>): Promise<number> {
  const address = `${hostOf(options)}:${options.port}`;
  return new Promise((resolve, reject) => {
    server.bindAsync(address, serverCredentials(options.tls), (error, port) => {
      if (error) reject(error);
      else resolve(port);
    });
  });
}

function hostOf({ host }: { readonly host: string }): string {
  return host.includes(":") ? `[${host}]` : host;
}

/** Only `drain` ends connections after a grace: the library's `forceShutdown` forgets them without channelz. */
function shutDown(server: Server, address: string, graceMs: number): Promise<void> {
  server.drain(address, graceMs);
  return new Promise((resolve) => server.tryShutdown(() => resolve()));
}
