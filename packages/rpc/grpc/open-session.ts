import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { type Address, hostOf } from "../addresses.ts";
import { connectReading } from "../connect-reading.ts";
import { Session } from "../http2/session.ts";
import type { SessionEvents, SessionOptions } from "../http2/session-options.ts";
import { clientTls, type TlsOptions } from "../tls-options.ts";
import {
  concurrentStreamsMax,
  connectTimeoutMs,
  headerListBytesMax,
  heldBytesMax,
  resetBurst,
  resetsPerSecond,
  windowBytes,
} from "./limits.ts";

/** What HTTP/2 sessions of both ends agree to. */
export const sessionOptions = {
  windowBytes,
  headerListBytesMax,
  heldBytesMax,
  streamsMax: concurrentStreamsMax,
  resets: { burst: resetBurst, perSecond: resetsPerSecond },
} as const satisfies Partial<SessionOptions>;

/**
 * Starts an HTTP/2 session with a server; that it speaks gRPC is known when it has sent its settings. The session
 * ends by itself if that takes too long.
 */
export function openSession(
  address: Address,
  tls: TlsOptions | undefined,
  events: SessionEvents,
): Session {
  const session: Session = new Session(
    openSocket(address, tls, (chunk) => session.receive(chunk)),
    { ...sessionOptions, role: "client" },
    {
      ...events,
      settings(streamsMax) {
        clearTimeout(timer);
        events.settings?.(streamsMax);
      },
      close(error) {
        clearTimeout(timer);
        events.close(error);
      },
    },
  );
  const timer = setTimeout(() => {
    session.destroy(new Error(`no answer from ${address.host}:${address.port}`));
  }, connectTimeoutMs);
  return session;
}

function openSocket(
  address: Address,
  tls: TlsOptions | undefined,
  onChunk: (chunk: Buffer) => void,
): Socket {
  const { host, port } = address;
  const options = { host, port, noDelay: true };
  if (!tls) return connectReading(options, onChunk);
  const socket = connectTls({
    ...options,
    ...clientTls(tls, hostOf(address)),
    ALPNProtocols: ["h2"],
  });
  socket.once("secureConnect", () => {
    if (socket.alpnProtocol !== "h2") socket.destroy(new Error("the server does not speak HTTP/2"));
  });
  return socket;
}
