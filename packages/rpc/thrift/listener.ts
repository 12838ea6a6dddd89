import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { setImmediate, setTimeout as sleep } from "node:timers/promises";
import { createServer as createSecureServer } from "node:tls";
import { AcceptedSockets } from "../accepted-sockets.ts";
import { serverTls, type TlsOptions } from "../tls-options.ts";
import { acceptMs, connectionsMax, keepaliveMs } from "./limits.ts";

export interface ListenOptions {
  readonly host: string;
  /** 0 for any free port. */
  readonly port: number;
  readonly tls?: TlsOptions | undefined;
}

/** How often it is looked whether somebody has come or all have left. */
const lookMs = 5;

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
   * Has the connections that are there drained, takes no more of them soon, waits for all to end, at most so long, and
   * cuts off the rest. What is still accepted the caller has drained too.
   */
  async close(graceMs: number, drain: () => void): Promise<void> {
    const endMs = performance.now() + graceMs;
    // A handler, too, may close its server, and its connection cannot be drained before it has returned.
    await setImmediate();
    drain();
    await this.#acceptRest(Math.min(graceMs, acceptMs));
    await this.#sockets.close(Math.max(0, endMs - performance.now()));
  }

  /**
   * Connections that have been made but not accepted are reset, with the calls on them, when a server closes. Node
   * accepts one at a turn of its loop, and clients make more until they have heard that they are to go: so this looks
   * until all have gone and nobody comes, for so long if nothing else holds the process up, which counts for no time.
   */
  async #acceptRest(withinMs: number): Promise<void> {
    for (let leftMs = withinMs; leftMs > 0; leftMs -= lookMs) {
      const { accepted } = this.#sockets;
      await sleep(lookMs);
      if (!this.#isVisited(accepted)) return;
    }
  }

  #isVisited(acceptedBefore: number): boolean {
    return this.#sockets.open > 0 || this.#sockets.accepted > acceptedBefore;
  }
}
