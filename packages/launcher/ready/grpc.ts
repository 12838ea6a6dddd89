import { type ClientHttp2Session, connect } from "node:http2";
import type { TlsConfig } from "@faultline/config/tls";
import type { ReadyCheck } from "./check.ts";
import { isListening } from "./exchange.ts";

/** The empty `HealthCheckRequest` in gRPC's frame: not compressed, no bytes. */
const emptyRequest = Buffer.alloc(5);

/** The end of a `HealthCheckResponse` that says `status: SERVING`: field 1, value 1. */
const serving = Buffer.of(0x08, 0x01);

/** A gRPC service is ready when its standard health service says that it is serving. */
export function grpcServes(port: number, tls?: TlsConfig): ReadyCheck {
  return async (signal) => {
    if (!(await isListening(port, signal))) throw new Error(`nobody listens on port ${port} yet`);
    const session = open(port, tls);
    try {
      const answer = await check(session, signal);
      if (!answer.subarray(emptyRequest.length).equals(serving)) {
        throw new Error("its health service does not say that it is serving");
      }
    } finally {
      session.destroy();
    }
  };
}

function open(port: number, tls: TlsConfig | undefined): ClientHttp2Session {
  if (!tls) return connect(`http://127.0.0.1:${port}`);
  return connect(`https://127.0.0.1:${port}`, { ca: tls.ca, servername: tls.serverName });
}

function check(session: ClientHttp2Session, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const stream = session.request(
      {
        ":method": "POST",
        ":path": "/grpc.health.v1.Health/Check",
        "content-type": "application/grpc",
        te: "trailers",
      },
      { signal },
    );
    const chunks: Buffer[] = [];
    session.once("error", reject);
    stream.once("error", reject);
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.once("close", () => resolve(Buffer.concat(chunks)));
    stream.end(emptyRequest);
  });
}
