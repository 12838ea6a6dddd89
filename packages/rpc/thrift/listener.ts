import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { setImmediate } from "node:timers/promises";
import { createServer as createSecureServer } from "node:tls";
import { AcceptedSockets } from "../accepted-sockets.ts";
import { serverTls, type TlsOptions } from "../tls-options.ts";
import { connectionsMax, keepaliveMs } from "./limits.ts";

export interface ListenOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly tls?: TlsOptions | undefined;
}

/** A TCP or TLS server and its sockets. */
export class Listener {
  readonly #server: Server;
  readonly #sockets: AcceptedSockets;

  /** `onSocket` gets each client once TLS, if any, has begun. */
  constructor(tls: TlsOptions | undefined, onSocket: (socket: Socket) => void) {
    // A client that has said all it wants may close its side and still read the answers; but not while TLS begins, as
    // Node would keep the sockets of those who break off there for ever.
    const options = {
      allowHalfOpen: !tls,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: keepaliveMs,
    };
    this.#server = tls
      ? createSecureServer({ ...options, ...serverTls(tls) }, (socket) => {
          socket.allowHalfOpen = true;
          onSocket(socket);
        })
      : createServer(options, onSocket);
    this.#server.maxConnections = connectionsMax;
    this.#sockets = new AcceptedSockets(this.#server);
    // What cannot begin TLS has been cut off; nobody else is concerned.
    this.#server.on("tlsClientError", () => {});
  }

  /** Answers the port. Rejects if the address cannot be bound. */
  listen({ host, port }: ListenOptions): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host, port }, () => {
        this.#server.off("error", reject);
        resolve((this.#server.address() as AddressInfo).port);
      });
    });
  }

  /**
   * Takes no more connections, has those that are there drained, waits for them to end, at most so long, and cuts off
   * the rest.
   */
  async close(graceMs: number, drain: () => void): Promise<void> {
    // Connections that have been made but not accepted would be reset, with calls on them; so accept them first.
    await setImmediate();
    // No longer listening comes first: who is told to go may connect anew at once.
    const closed = this.#sockets.close(graceMs);
    drain();
    await closed;
  }
}
