import type { Server, Socket } from "node:net";

/** The sockets of a server that are open: those of TCP, those included that have not begun TLS. */
export class AcceptedSockets {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #accepted = 0;

  constructor(server: Server) {
    this.#server = server;
    server.on("connection", (socket: Socket) => this.#admit(socket));
  }

  /** How many are open. */
  get open(): number {
    return this.#sockets.size;
  }

  /** How many there have ever been. */
  get accepted(): number {
    return this.#accepted;
  }

  /**
   * Closes the server, which takes no more of them; waits for those that are there to end, at most so long, and cuts
   * off the rest.
   */
  async close(graceMs: number, beforeCut?: () => void): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    const timer = setTimeout(() => {
      beforeCut?.();
      for (const socket of this.#sockets) socket.destroy();
    }, graceMs);
    await closed;
    clearTimeout(timer);
  }

  #admit(socket: Socket): void {
    this.#accepted++;
    this.#sockets.add(socket);
    socket.once("close", () => this.#sockets.delete(socket));
    // Whatever a client does wrong ends its own connection only.
    socket.on("error", () => {});
  }
}
