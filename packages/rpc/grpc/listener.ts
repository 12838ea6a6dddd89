import {
  createSecureServer,
  createServer,
  type Http2Server,
  type ServerHttp2Session,
} from "node:http2";
import type { AddressInfo } from "node:net";
import type { TlsOptions } from "../tls-options.ts";
import { keepAlive } from "./keepalive.ts";
import {
  concurrentStreamsMax,
  resetBurst,
  resetsPerSecond,
  sessionMemoryMaxMb,
  sessionsMax,
  windowBytes,
} from "./limits.ts";
import { sessionSettings } from "./open-session.ts";
import { serverTls } from "./tls.ts";

export interface ListenOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly tls?: TlsOptions | undefined;
}

/** An HTTP/2 server and the sessions with its clients. */
export class Listener {
  readonly server: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();

  constructor(tls: TlsOptions | undefined) {
    const limits = {
      settings: { ...sessionSettings, maxConcurrentStreams: concurrentStreamsMax },
      maxSessionMemory: sessionMemoryMaxMb,
      streamResetBurst: resetBurst,
      streamResetRate: resetsPerSecond,
    };
    this.server = tls ? createSecureServer({ ...limits, ...serverTls(tls) }) : createServer(limits);
    this.server.maxConnections = sessionsMax;
    this.server.on("session", (session) => this.#admit(session));
  }

  /** Answers the port. Rejects if the address cannot be bound. */
  listen({ host, port }: ListenOptions): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen({ host, port }, () => {
        this.server.off("error", reject);
        resolve((this.server.address() as AddressInfo).port);
      });
    });
  }

  /**
   * Tells every client that no further calls are taken, waits for those that were, at most so long, and ends the
   * sessions. A call that crosses the message on its way is told to be refused, so that its client sends it elsewhere.
   */
  async close(graceMs: number): Promise<void> {
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    for (const session of this.#sessions) session.close();
    const timer = setTimeout(() => {
      for (const session of this.#sessions) session.destroy();
    }, graceMs);
    await closed;
    clearTimeout(timer);
  }

  #admit(session: ServerHttp2Session): void {
    this.#sessions.add(session);
    session.once("close", () => this.#sessions.delete(session));
    // Whatever a client does wrong ends its own session only.
    session.on("error", () => {});
    session.setLocalWindowSize(windowBytes);
    keepAlive(session);
  }
}
