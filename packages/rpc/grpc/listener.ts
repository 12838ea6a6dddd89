import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, type TLSSocket } from "node:tls";
import { AcceptedSockets } from "../accepted-sockets.ts";
import type { HeaderList } from "../http2/headers.ts";
import { Session } from "../http2/session.ts";
import type { Stream, StreamEvents } from "../http2/stream.ts";
import { serverTls, type TlsOptions } from "../tls-options.ts";
import { keepAlive } from "./keepalive.ts";
import { sessionsMax } from "./limits.ts";
import { sessionOptions } from "./open-session.ts";

export interface ListenOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly tls?: TlsOptions | undefined;
}

/** What takes the streams that come in. */
export type Receive = (stream: Stream, headers: HeaderList) => StreamEvents;

/** An HTTP/2 server and the sessions with its clients. */
export class Listener {
  readonly #server: Server;
  readonly #receive: Receive;
  readonly #sessions = new Set<Session>();
  readonly #sockets: AcceptedSockets;

  constructor(tls: TlsOptions | undefined, receive: Receive) {
    this.#receive = receive;
    const options = { noDelay: true };
    this.#server = tls
      ? createTlsServer({ ...options, ...serverTls(tls), ALPNProtocols: ["h2"] }, (socket) =>
          this.#admitSecure(socket),
        )
      : createServer(options, (socket) => this.#admit(socket));
    this.#server.maxConnections = sessionsMax;
    this.#sockets = new AcceptedSockets(this.#server);
  }

  /** Answers the port. Rejects if the address cannot be bound. */
  listen({ host, port }: ListenOptions): Promise<number> {
    const server = this.#server;
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port }, () => {
        server.off("error", reject);
        resolve((server.address() as AddressInfo).port);
      });
    });
  }

  /**
   * Tells every client that no further calls are taken, waits for those that were, at most so long, and ends the
   * sessions. A call that crosses the message on its way is told to be refused, so that its client sends it elsewhere.
   */
  close(graceMs: number): Promise<void> {
    // No longer listening comes first: who is told to go may connect anew at once.
    const closed = this.#sockets.close(graceMs, () => {
      for (const session of this.#sessions) session.destroy();
    });
    for (const session of this.#sessions) session.close();
    return closed;
  }

  #admitSecure(socket: TLSSocket): void {
    if (socket.alpnProtocol === "h2") this.#admit(socket);
    else socket.destroy();
  }

  /** Whatever a client does wrong ends its own session only. */
  #admit(socket: Socket): void {
    const session = new Session(
      socket,
      { ...sessionOptions, role: "server" },
      {
        stream: this.#receive,
        close: () => {
          this.#sessions.delete(session);
          stopAsking();
        },
      },
    );
    this.#sessions.add(session);
    const stopAsking = keepAlive(session);
  }
}
