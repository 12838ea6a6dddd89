import type { Socket } from "node:net";
import type { Client } from "./client.ts";
import { type Connection, serveConnection } from "./connection.ts";
import type { Instance } from "./instance.ts";
import { logAdmitted, logRefused } from "./tls/admission-log.ts";
import { othersTurn } from "./turns.ts";

const closeDeadlineMs = 5_000;

/** All connections of the server, from the first byte to the last. */
export class OpenConnections {
  readonly #instance: Instance;
  readonly #max: number;
  readonly #open = new Set<ReturnType<typeof pendingConnection>>();
  readonly #stop = new AbortController();
  #lastId = 0;

  constructor(instance: Instance, max: number) {
    this.#instance = instance;
    this.#max = max;
  }

  accept(socket: Socket): void {
    const { counters, log, gate } = this.#instance;
    const remote = `${socket.remoteAddress ?? "unknown"}:${socket.remotePort ?? 0}`;
    if (this.#open.size >= this.#max) {
      counters.connectionsRejected += 1;
      log.write("connectionRefused", "listener", { connectionCount: this.#open.size });
      socket.destroy();
      return;
    }
    this.#lastId += 1;
    const id = this.#lastId;
    counters.connectionsCreated += 1;
    counters.connectionsCurrent += 1;
    const pending = pendingConnection(socket);
    this.#open.add(pending);
    log.write("connectionAccepted", "listener", {
      remote,
      connectionId: id,
      connectionCount: counters.connectionsCurrent,
    });
    void pending.closed.then(() => {
      counters.connectionsCurrent -= 1;
      this.#open.delete(pending);
      log.write("connectionEnded", `conn${id}`, {
        remote,
        connectionId: id,
        connectionCount: counters.connectionsCurrent,
      });
    });
    const admission = gate.admit(socket, this.#stop.signal);
    admission.then(
      (admitted) => {
        const { stream, certificateSubject } = admitted;
        logAdmitted(log, admitted, { id, remote });
        const client: Client = {
          id,
          remote,
          isLocal: isLoopback(socket.remoteAddress ?? ""),
          metadata: undefined,
          access: undefined,
          certificateSubject,
          closeAfterReply: false,
        };
        pending.serve(serveConnection(stream, client, this.#instance));
      },
      (error: unknown) => logRefused(log, error, { id, remote }),
    );
  }

  /** Lets commands under way finish; those that take too long are cut off. */
  async close(): Promise<void> {
    this.#stop.abort();
    const closed = [...this.#open].map((connection) => connection.closed);
    for (const connection of this.#open) connection.end();
    const deadline = Promise.withResolvers<void>();
    const timer = setTimeout(deadline.resolve, closeDeadlineMs);
    await Promise.race([Promise.all(closed), deadline.promise]);
    clearTimeout(timer);
    for (const connection of this.#open) connection.cut();
    await Promise.all(closed);
    this.#instance.operations.killAll();
    await othersTurn();
  }
}

/** A socket that may not have been let in yet. */
function pendingConnection(socket: Socket) {
  let connection: Connection | undefined;
  return {
    closed: new Promise<void>((resolve) => socket.once("close", () => resolve())),
    serve(served: Connection) {
      connection = served;
    },
    end() {
      if (connection) connection.end();
      else socket.destroy();
    },
    cut() {
      socket.destroy();
    },
  };
}

function isLoopback(address: string): boolean {
  return address === "::1" || address.startsWith("127.") || address.startsWith("::ffff:127.");
}
