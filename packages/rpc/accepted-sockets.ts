import type { Server, Socket } from "node:net";

/** The sockets of a server that are open: those of TCP, those included that have not begun TLS. */
export class AcceptedSockets {
  readonly #sockets = new Set<Socket>();

  constructor(server: Server) {
    server.on("connection", (socket: Socket) => this.#admit(socket));
  }

  /** Ends all of them at once. */
  destroy(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #admit(socket: Socket): void {
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    // Whatever a client does wrong ends its own connection only.
    socket.on("error", () => {});
  }
}
