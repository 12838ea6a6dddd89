import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { type Disturbance, undisturbed } from "./disturbance.ts";
import { Relay } from "./relay.ts";

export interface TcpProxySettings {
  /** The address to listen on, as `targetHost` the loopback interface's if left out. */
  readonly host?: string;
  /** 0 takes any that is free. */
  readonly port: number;
  readonly targetHost?: string;
  readonly targetPort: number;
  /** Who has opened a connection from that port of this machine; undefined if it cannot be told. */
  readonly callerAt: (port: number) => string | undefined;
  readonly random?: () => number;
}

/** Stands for every caller that has no disturbance of its own. */
export const anyone = "*";

const loopback = "127.0.0.1";
const connectionsMax = 4_096;

interface Passing {
  readonly client: Socket;
  readonly server: Socket;
  readonly caller: string | undefined;
  /** From 0 to 1: it is disturbed where the share is above this. */
  readonly lot: number;
  readonly relays: readonly Relay[];
}

/**
 * Stands before a server and disturbs the connections of some of its callers. It accepts
 * connections and acknowledges bytes itself, so it can delay, stall, cut and refuse, but lose no packet.
 */
export class TcpProxy {
  readonly #settings: TcpProxySettings;
  readonly #passing = new Set<Passing>();
  readonly #disturbances = new Map<string, Disturbance>();
  #server: Server | undefined;

  constructor(settings: TcpProxySettings) {
    this.#settings = settings;
  }

  get disturbances(): ReadonlyMap<string, Disturbance> {
    return this.#disturbances;
  }

  /** Where connections are accepted; undefined while they are not. */
  get port(): number | undefined {
    const address = this.#server?.address();
    return typeof address === "object" ? address?.port : undefined;
  }

  /** Sets what one caller, or anyone, suffers from now on; undefined lets it pass. Present connections follow. */
  async disturb(caller: string, disturbance: Disturbance | undefined): Promise<void> {
    if (disturbance) this.#disturbances.set(caller, disturbance);
    else this.#disturbances.delete(caller);
    for (const passing of this.#passing) {
      if (this.#disturbanceOf(passing).refuses) cut(passing);
      else for (const relay of passing.relays) relay.pump();
    }
    if (this.#refusesEverybody()) await this.#stopListening();
    else await this.listen();
  }

  /** Resolves when connections are accepted; at once if they are already, or shall be refused. */
  async listen(): Promise<void> {
    if (this.#server || this.#refusesEverybody()) return;
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) =>
      this.#accept(client),
    );
    server.maxConnections = connectionsMax;
    this.#server = server;
    const { host = loopback, port } = this.#settings;
    server.listen(port, host);
    await once(server, "listening");
  }

  /** Cuts every connection and listens no longer. */
  async close(): Promise<void> {
    for (const passing of this.#passing) cut(passing);
    await this.#stopListening();
  }

  async #stopListening(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  #accept(client: Socket): void {
    const { targetHost = loopback, targetPort, random = Math.random } = this.#settings;
    const server = connect({
      port: targetPort,
      host: targetHost,
      allowHalfOpen: true,
      noDelay: true,
    });
    const relays: Relay[] = [];
    const passing: Passing = {
      client,
      server,
      caller: this.#callerOf(client),
      lot: random(),
      relays,
    };
    const disturbance = () => this.#disturbanceOf(passing);
    // Only what the callee sends is late: a packet's way back, as a delay at the callee's own network would have it.
    const forth = () => ({ ...disturbance(), delayMs: 0, jitterMs: 0 });
    relays.push(
      new Relay(client, server, { disturbance: forth, random }),
      new Relay(server, client, { disturbance, random }),
    );
    this.#passing.add(passing);
    for (const socket of [client, server]) {
      // A broken end breaks the other one; what happened is seen by who holds that.
      socket.on("error", () => cut(passing));
      socket.on("close", () => {
        if (client.destroyed && server.destroyed) this.#passing.delete(passing);
      });
    }
    if (disturbance().refuses) cut(passing);
  }

  #callerOf(client: Socket): string | undefined {
    const named = [...this.#disturbances.keys()].some((caller) => caller !== anyone);
    return named ? this.#settings.callerAt(client.remotePort ?? 0) : undefined;
  }

  #disturbanceOf({ caller, lot }: Passing): Disturbance {
    const own = caller === undefined ? undefined : this.#disturbances.get(caller);
    const found = own ?? this.#disturbances.get(anyone) ?? undisturbed;
    return lot < (found.share ?? 1) ? found : undisturbed;
  }

  #refusesEverybody(): boolean {
    const { refuses = false, share = 1 } = this.#disturbances.get(anyone) ?? undisturbed;
    return refuses && share === 1;
  }
}

function cut({ client, server }: Passing): void {
  for (const socket of [client, server]) {
    if (!socket.destroyed) socket.resetAndDestroy();
  }
}
