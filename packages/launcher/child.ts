import { type ChildProcess, spawn } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { closeSync, fstatSync, openSync } from "node:fs";
import type { Overrides } from "./overrides.ts";
import { untilReady } from "./ready/check.ts";
import type { Listening, ServerPlan } from "./server-plan.ts";
import type { Tether } from "./tether.ts";

/** `crashed`: it ended though it should run. `stopped`: it does not run and shall not. */
export type ChildState = "stopped" | "starting" | "ready" | "paused" | "stopping" | "crashed";

/** How a process ended: with a code or by a signal. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly wasReady: boolean;
  readonly afterMs: number;
}

export interface ChildEvents {
  started: [];
  ready: [];
  exited: [exit: Exit];
}

export interface ChildSettings {
  readonly logPath: string;
  /** Makes its processes end with this one. */
  readonly tether: Tether;
}

const readyDeadlineMs = 60_000;

/**
 * One server of the application and the process that is it at the moment. It can be started, stopped, killed,
 * paused and started again with other settings, any number of times; who reacts to what happens listens to
 * `events`. Its process is the leader of a group of its own, so a terminal's Ctrl-C does not reach it.
 */
export class Child {
  readonly plan: ServerPlan;
  readonly logPath: string;
  readonly events = new EventEmitter<ChildEvents>();
  state: ChildState = "stopped";
  /** How often its process was started; one less is how often it was restarted. */
  starts = 0;
  startedAtMs = 0;
  lastExit: Exit | undefined;
  /** Why it is not ready, as its last health check said. */
  notReadyReason: unknown;
  /** Where the log of the present (or last) process begins in the log file, in bytes. */
  logStart = 0;
  /** What it is started as, also by those who start it again after a crash: as planned, or as last told. */
  setup: Listening;
  /** In what it differs from the plan; undefined if it does not. */
  overrides: Overrides | undefined;
  /** Whether it shall run. */
  desired = true;
  readonly #tether: Tether;
  #process: ChildProcess | undefined;
  #exited: Promise<Exit> | undefined;

  constructor(plan: ServerPlan, { logPath, tether }: ChildSettings) {
    this.plan = plan;
    this.setup = plan;
    this.logPath = logPath;
    this.#tether = tether;
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** Resolves when the present process has ended; at once if there is none. */
  get exited(): Promise<Exit | undefined> {
    return this.#exited ?? Promise.resolve(this.lastExit);
  }

  /**
   * Starts its process and resolves when that exists; `events` tells when it is ready. Rejects if the program cannot
   * be run, or already runs.
   */
  async start(): Promise<void> {
    if (this.#process) throw new Error(`${this.plan.name} already runs`);
    this.desired = true;
    const { env, ...command } = this.setup.command;
    const [program, ...args] = this.#tether(command);
    const log = openSync(this.logPath, "a");
    this.logStart = fstatSync(log).size;
    const process = spawn(program, args, { env, detached: true, stdio: ["ignore", log, log] });
    closeSync(log);
    this.#process = process;
    this.state = "starting";
    this.starts += 1;
    this.notReadyReason = undefined;
    this.startedAtMs = Date.now();
    const ended = new AbortController();
    this.#exited = this.#watchExit(process, ended);
    await once(process, "spawn");
    this.events.emit("started");
    void this.#becomeReady(process, this.setup, ended.signal);
  }

  /** Ends its process: SIGTERM, and SIGKILL if it still runs after the grace. Resolves when it has ended. */
  async stop(graceMs: number): Promise<void> {
    this.desired = false;
    const exited = this.#exited;
    if (!this.#process || !exited) {
      this.state = "stopped";
      return;
    }
    this.state = "stopping";
    this.#signal("SIGTERM");
    this.#signal("SIGCONT");
    const timer = setTimeout(() => this.#killGroup(), graceMs);
    await exited;
    clearTimeout(timer);
  }

  /** Sends a signal from outside, as an operator would: whoever wants it to run may start it again. */
  kill(signal: NodeJS.Signals): void {
    this.#signal(signal);
  }

  /** Ends its process at once and for good. */
  killForGood(): void {
    this.desired = false;
    this.state = this.#process ? "stopping" : "stopped";
    this.#killGroup();
  }

  /** Stops the clock of its process until `resume`; its sockets stay open and silent. */
  pause(): void {
    if (this.state !== "ready") throw new Error(`${this.plan.name} is ${this.state}, not ready`);
    this.#signal("SIGSTOP");
    this.state = "paused";
  }

  resume(): void {
    if (this.state !== "paused") throw new Error(`${this.plan.name} is ${this.state}, not paused`);
    this.#signal("SIGCONT");
    this.state = "ready";
  }

  #signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  /** With what it started itself; it is the leader of its group. */
  #killGroup(): void {
    const pid = this.pid;
    if (pid === undefined || !this.#process) return;
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // It has ended in this moment; its exit event is on the way.
    }
  }

  #watchExit(process: ChildProcess, ended: AbortController): Promise<Exit> {
    return new Promise((resolve) => {
      process.once("exit", (code, signal) => {
        const wasReady = this.state === "ready" || this.state === "paused";
        const exit = { code, signal, wasReady, afterMs: Date.now() - this.startedAtMs };
        this.state = this.state === "stopping" ? "stopped" : "crashed";
        this.#process = undefined;
        this.#exited = undefined;
        this.lastExit = exit;
        ended.abort();
        resolve(exit);
        this.events.emit("exited", exit);
      });
      process.once("error", () => {
        // A program that cannot be run never exits; `start` rejects with the reason.
        if (process.pid !== undefined) return;
        this.#process = undefined;
        this.#exited = undefined;
        this.state = "crashed";
      });
    });
  }

  /** A process that does not become ready in time is as good as crashed, and is ended so that it counts as that. */
  async #becomeReady(
    process: ChildProcess,
    { ready, prepare }: Listening,
    ended: AbortSignal,
  ): Promise<void> {
    const signal = AbortSignal.any([ended, AbortSignal.timeout(readyDeadlineMs)]);
    try {
      await untilReady(ready, signal);
      await prepare?.(signal);
    } catch (error) {
      this.notReadyReason = error;
      if (this.#process === process) this.#killGroup();
      return;
    }
    if (this.state !== "starting") return;
    this.state = "ready";
    this.events.emit("ready");
  }
}
