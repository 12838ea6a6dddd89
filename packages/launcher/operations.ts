import { createServer } from "node:net";
import type { Launched } from "./behaviours/behaviour.ts";
import type { Child } from "./child.ts";
import { connectionOwner } from "./connection-owner.ts";
import { type Overrides, setupOf } from "./overrides.ts";
import type { EdgeRequest } from "./parse-request.ts";
import type { Disturbance } from "./proxy/disturbance.ts";
import { anyone, TcpProxy } from "./proxy/tcp-proxy.ts";
import { RequestError } from "./request-error.ts";

/** How long a server may take to finish what it accepted when somebody stops it. */
const graceMs = 8_000;

/** A proxy before a server, and where that server listens meanwhile. */
interface Screened {
  readonly proxy: TcpProxy;
  readonly privatePort: number;
}

export interface DisturbedEdge {
  readonly from: string;
  readonly to: string;
  readonly disturbance: Disturbance;
}

/**
 * What an operator can do to the servers of a running application. For each server, one thing after the other; all
 * may be repeated. Nothing of it is kept: the next start of the application is as planned. Rejects with a
 * `RequestError` if there is no such server or it cannot be done now.
 */
export class Operations {
  readonly #launched: Pick<Launched, "children" | "stopping">;
  readonly #screened = new Map<string, Screened>();
  readonly #last = new Map<string, Promise<void>>();

  constructor(launched: Pick<Launched, "children" | "stopping">) {
    this.#launched = launched;
  }

  /** Ends a server and keeps it ended. */
  stop(name: string): Promise<void> {
    return this.#inTurn(name, (child) => child.stop(graceMs));
  }

  /** Starts a server that does not run, as planned but for the overrides. */
  start(name: string, overrides: Overrides = {}): Promise<void> {
    return this.#inTurn(name, async (child) => {
      if (child.pid === undefined) await this.#start(child, overrides);
    });
  }

  /** Ends the present process, if any, and starts one, as planned but for the overrides. */
  restart(name: string, overrides: Overrides = {}): Promise<void> {
    return this.#inTurn(name, async (child) => {
      // Not after the old one has ended: what is wrong with the overrides is said before anything happens.
      setupOf(child, overrides, { port: child.plan.port, children: this.#launched.children });
      await child.stop(graceMs);
      await this.#start(child, overrides);
    });
  }

  /** Sends a signal as from outside: a server that ends of it is started again by itself. */
  kill(name: string, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
    return this.#inTurn(name, async (child) => {
      if (child.pid === undefined) throw new RequestError(409, `${name} does not run`);
      child.kill(signal);
    });
  }

  pause(name: string): Promise<void> {
    return this.#inTurn(name, async (child) => {
      if (child.state === "paused") return;
      if (child.state !== "ready") {
        throw new RequestError(409, `${name} is ${child.state}; only one that is ready is paused`);
      }
      child.pause();
    });
  }

  resume(name: string): Promise<void> {
    return this.#inTurn(name, async (child) => {
      if (child.state === "paused") child.resume();
    });
  }

  get edges(): readonly DisturbedEdge[] {
    return [...this.#screened].flatMap(([to, { proxy }]) =>
      [...proxy.disturbances].map(([from, disturbance]) => ({ from, to, disturbance })),
    );
  }

  /**
   * Disturbs the way from one server, or from `*`, to another. For the first disturbance the callee is started
   * again behind a proxy that takes its port.
   */
  disturb({ from, to, disturbance }: EdgeRequest): Promise<void> {
    if (from !== anyone) this.#child(from);
    return this.#inTurn(to, async (child) => {
      const { proxy } = this.#screened.get(to) ?? (await this.#screen(child));
      await proxy.disturb(from, disturbance);
    });
  }

  /** Lets the edge be as planned; after the last one, the callee is started again on its own port. */
  leave({ from, to }: Omit<EdgeRequest, "disturbance">): Promise<void> {
    return this.#inTurn(to, async (child) => {
      const screened = this.#screened.get(to);
      if (!screened) return;
      await screened.proxy.disturb(from, undefined);
      if (screened.proxy.disturbances.size > 0) return;
      this.#screened.delete(to);
      await this.#moved(child, () => screened.proxy.close());
    });
  }

  /** Ends every proxy; the servers are left to who owns them. */
  async close(): Promise<void> {
    await Promise.all([...this.#screened.values()].map(({ proxy }) => proxy.close()));
  }

  async #screen(child: Child): Promise<Screened> {
    const privatePort = await anyFreePort();
    const screened = {
      privatePort,
      proxy: new TcpProxy({
        port: child.plan.port,
        targetPort: privatePort,
        callerAt: (port) => this.#callerAt(port),
      }),
    };
    this.#screened.set(child.plan.name, screened);
    await this.#moved(child, () => screened.proxy.listen());
    return screened;
  }

  /** Starts a server that runs again where it now shall listen; in between, `change` has its port for itself. */
  async #moved(child: Child, change: () => Promise<void>): Promise<void> {
    const { desired, overrides } = child;
    await child.stop(graceMs);
    await change();
    if (desired) await this.#start(child, overrides ?? {});
  }

  async #start(child: Child, overrides: Overrides): Promise<void> {
    const { children, stopping } = this.#launched;
    const { name, port } = child.plan;
    const own = this.#screened.get(name)?.privatePort ?? port;
    // The program of another service must not take that one's port, and is not found at this one's.
    const elsewhere = overrides.program?.includes("/") === false ? await anyFreePort() : own;
    child.setup = setupOf(child, overrides, { port: elsewhere, children });
    child.overrides = Object.keys(overrides).length > 0 ? overrides : undefined;
    if (stopping.aborted) throw new RequestError(409, "everything is being stopped");
    await child.start();
  }

  #callerAt(port: number): string | undefined {
    const running = [...this.#launched.children.values()].filter(({ pid }) => pid !== undefined);
    const owner = connectionOwner(
      port,
      running.map(({ pid }) => pid ?? 0),
    );
    return running.find(({ pid }) => pid === owner)?.plan.name;
  }

  async #inTurn(name: string, work: (child: Child) => Promise<void>): Promise<void> {
    const child = this.#child(name);
    const before = this.#last.get(name) ?? Promise.resolve();
    const turn = before.then(() => {
      if (this.#launched.stopping.aborted) {
        throw new RequestError(409, "everything is being stopped");
      }
      return work(child);
    });
    // Who comes next waits for the end, whatever it was.
    this.#last.set(
      name,
      turn.catch(() => {}),
    );
    await turn;
  }

  #child(name: string): Child {
    const child = this.#launched.children.get(name);
    if (child) return child;
    throw new RequestError(404, `there is no server ${name}`);
  }
}

/** A port of the loopback interface that nobody uses at the moment. */
async function anyFreePort(): Promise<number> {
  const probe = createServer();
  const port = await new Promise<number>((resolve, reject) => {
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      resolve(typeof address === "object" && address ? address.port : 0);
    });
  });
  await new Promise<void>((resolve) => probe.close(() => resolve()));
  return port;
}
