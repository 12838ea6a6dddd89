import { once } from "node:events";
import type { Behaviour, Hooks, Launched } from "./behaviours/behaviour.ts";
import { prefixOutput } from "./behaviours/prefix-output.ts";
import { recordProcesses } from "./behaviours/record-processes.ts";
import { refuseBusyPorts } from "./behaviours/refuse-busy-ports.ts";
import { reportProgress } from "./behaviours/report-progress.ts";
import { requirePrograms } from "./behaviours/require-programs.ts";
import { restartCrashed } from "./behaviours/restart-crashed.ts";
import { rotateLogs } from "./behaviours/rotate-logs.ts";
import { stopOnSignal } from "./behaviours/stop-on-signal.ts";
import { tellLeftovers } from "./behaviours/tell-leftovers.ts";
import { Child } from "./child.ts";
import type { DataDirectory } from "./data-directory.ts";
import { LaunchError } from "./launch-error.ts";
import type { Screen } from "./screen.ts";
import type { ServerPlan } from "./server-plan.ts";
import { StartingSlots } from "./starting-slots.ts";
import type { Tether } from "./tether.ts";

/** What goes on around the servers. Each acts by itself; before a start they act in this order. */
const behaviours: readonly Behaviour[] = [
  stopOnSignal,
  tellLeftovers,
  requirePrograms,
  refuseBusyPorts,
  rotateLogs,
  recordProcesses,
  reportProgress,
  restartCrashed,
  prefixOutput,
];

/** How long a server may take to finish what it accepted before it is killed. */
const graceMs = 8_000;

export interface LaunchSettings {
  readonly servers: readonly ServerPlan[];
  readonly dataDirectory: DataDirectory;
  readonly screen: Screen;
  readonly verbose: boolean;
  readonly tether: Tether;
}

/** Servers that run together, from the moment of their start until the last of them has ended. */
export class Launch implements Launched {
  readonly children: ReadonlyMap<string, Child>;
  readonly dataDirectory: DataDirectory;
  readonly screen: Screen;
  readonly verbose: boolean;
  readonly startedAtMs = Date.now();
  /** Resolves when every server has answered its health check, or when stopping has begun before that. */
  readonly ready: Promise<void>;
  /** Resolves when no process is left. Rejects then if the reason to stop was a failure. */
  readonly ended: Promise<void>;
  readonly #stopping = new AbortController();
  readonly #ended = Promise.withResolvers<void>();
  readonly #hooks: readonly Hooks[];
  #failure: Error | undefined;
  #stopped: Promise<void> | undefined;

  /** Starts at once. It owns the data directory from here on and closes it at the end. */
  constructor({ servers, dataDirectory, screen, verbose, tether }: LaunchSettings) {
    this.dataDirectory = dataDirectory;
    this.screen = screen;
    this.verbose = verbose;
    this.children = new Map(
      servers.map((plan) => [
        plan.name,
        new Child(plan, { logPath: dataDirectory.logPath(plan.name), tether }),
      ]),
    );
    this.ended = this.#ended.promise;
    // Whoever waits for the end hears of a failure; before that, nobody need listen.
    this.ended.catch(() => {});
    this.#hooks = behaviours.map((behaviour) => behaviour(this));
    this.ready = this.#start();
  }

  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stopAll();
    return this.#stopped;
  }

  fail(error: Error): void {
    this.#failure ??= error;
    void this.stop();
  }

  killAll(): void {
    for (const child of this.children.values()) child.killForGood();
  }

  async #start(): Promise<void> {
    try {
      for (const hooks of this.#hooks) await hooks.beforeStart?.();
      for (const child of this.children.values()) {
        for (const hooks of this.#hooks) hooks.watch?.(child);
      }
      await this.#bringUpAll();
    } catch (error) {
      if (!this.stopping.aborted)
        this.fail(error instanceof Error ? error : new Error(String(error)));
    }
  }

  /** Each as soon as those that it waits for are ready and there is room; the plan's order says who is next. */
  async #bringUpAll(): Promise<void> {
    const children = [...this.children.values()];
    const slots = new StartingSlots();
    const ready = new Map(
      children.map(({ plan, events }) => [
        plan.name,
        once(events, "ready", { signal: this.stopping }),
      ]),
    );
    const bringUp = async (child: Child, rank: number) => {
      await Promise.all(child.plan.startAfter.map((name) => ready.get(name)));
      await slots.enter(rank);
      if (this.stopping.aborted) return;
      child.events.once("ready", () => slots.leave());
      await this.#startOne(child);
    };
    await Promise.all([...children.map(bringUp), ...ready.values()]);
  }

  async #startOne(child: Child): Promise<void> {
    try {
      await child.start();
    } catch (cause) {
      throw new LaunchError(`${child.plan.name} cannot be started: ${cause}`, { cause });
    }
  }

  async #stopAll(): Promise<void> {
    this.#stopping.abort();
    const stops = new Map<string, Promise<void>>();
    const stopOne = (child: Child): Promise<void> => {
      const users = [...this.children.values()].filter(({ plan }) =>
        plan.uses.includes(child.plan.name),
      );
      const stop =
        stops.get(child.plan.name) ??
        Promise.all(users.map(stopOne)).then(() => child.stop(graceMs));
      stops.set(child.plan.name, stop);
      return stop;
    };
    await Promise.all([...this.children.values()].map(stopOne));
    for (const hooks of this.#hooks) hooks.afterStop?.();
    this.dataDirectory.close();
    if (this.#failure) this.#ended.reject(this.#failure);
    else this.#ended.resolve();
  }
}
