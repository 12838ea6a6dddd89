import { createHash } from "node:crypto";
import { type Disturbance, DriverError, type Edge, UnsupportedError } from "../driver.ts";
import type { Topology } from "../topology.ts";
import {
  cutCommand,
  detourCommands,
  filterCommands,
  leaveCommands,
  type NetworkWay,
  netemCommands,
} from "./container-network.ts";
import { type Container, portOf } from "./containers.ts";
import { closePassages, openPassage } from "./passages.ts";
import { type CommandSettings, runCommand } from "./run-command.ts";

export interface ContainerWaysSettings extends CommandSettings {
  readonly topology: Topology;
  /**
   * The command of a proxy that delays where the kernel cannot. Run in the network of a container, it does what the
   * `PassageOrder` on its standard input says, writes its port, and ends with the container.
   */
  readonly passage: readonly string[];
}

/** As far as it matters here. */
type Place = Pick<Container, "name" | "service" | "pid" | "address">;

interface Found {
  readonly way: NetworkWay;
  /** Of the callee's first process; 0 if it does not run. */
  readonly pid: number;
  /** The callee's own address, if it has one. */
  readonly host: string | undefined;
}

/** Disturbs the ways between containers, in the network of the callee. Needs root on the machine of the engine. */
export class ContainerWays {
  readonly #settings: ContainerWaysSettings;

  constructor(settings: ContainerWaysSettings) {
    this.#settings = settings;
  }

  /** Instead of what was done to that way before, if anything was. */
  async disturb(
    containers: readonly Place[],
    edge: Edge,
    disturbance: Disturbance,
    signal: AbortSignal,
  ): Promise<void> {
    await this.leave(containers, edge, signal);
    const found = this.#find(containers, edge);
    if (found.pid === 0) throw new DriverError("a container that does not run has no network");
    const { delayMs = 0, jitterMs = 0 } = disturbance;
    if (delayMs > 0 || jitterMs > 0) await this.#delay(found, disturbance, signal);
    else await this.#runAll(found, filterCommands(found.way, disturbance), signal);
  }

  /** Lets it be as planned; a container that was made anew, or does not run, is so already. */
  async leave(containers: readonly Place[], edge: Edge, signal: AbortSignal): Promise<void> {
    const { pid, way } = this.#find(containers, edge);
    if (pid === 0) return;
    for (const words of leaveCommands(way)) await this.#runIfPossible(pid, words, signal);
    await closePassages(pid, way.chain, signal);
  }

  /** By netem where the kernel has it, and nobody is to be spared, which it cannot. */
  async #delay(found: Found, disturbance: Disturbance, signal: AbortSignal): Promise<void> {
    const sparesNobody = !found.way.from && (disturbance.share ?? 1) === 1;
    if (!sparesNobody) return this.#detour(found, disturbance, signal);
    try {
      await this.#runAll(found, netemCommands(disturbance), signal);
    } catch (error) {
      if (!isSaid(error, /qdisc kind is unknown/)) throw error;
      await this.#detour(found, disturbance, signal);
    }
  }

  /** Leads callers through a proxy that delays. What is begun here and fails is for `leave` to find. */
  async #detour(found: Found, disturbance: Disturbance, signal: AbortSignal): Promise<void> {
    const { way, pid, host } = found;
    const { passage, environment } = this.#settings;
    if (!host) throw new DriverError("a container without an address has no network of its own");
    const through = await openPassage(
      { pid, host, port: way.port, disturbance },
      { command: passage, name: way.chain, environment },
      signal,
    );
    try {
      await this.#runAll(found, detourCommands(way, through), signal);
    } catch (cause) {
      if (!isSaid(cause, /missing kernel module|table does not exist/i)) throw cause;
      const lacks =
        "the kernel of the engine's machine can neither delay packets nor redirect them";
      throw new UnsupportedError(lacks, { cause });
    }
    await this.#runIfPossible(pid, cutCommand(way, host), signal);
  }

  #find(containers: readonly Place[], { from, to }: Edge): Found {
    const callee = containers.find(({ name }) => name === to);
    const caller = containers.find(({ name }) => name === from);
    if (!callee || (from !== "*" && !caller))
      throw new DriverError(`there is no way ${from} → ${to}`);
    const chain = `WAY-${createHash("sha256").update(`${from} ${to}`).digest("hex").slice(0, 12)}`;
    const port = portOf(callee.service, this.#settings.topology);
    const host = caller?.address?.host;
    const way = { chain, port, ...(host ? { from: host } : {}) };
    return { way, pid: callee.pid, host: callee.address?.host };
  }

  async #runAll(
    { pid }: Found,
    commands: readonly (readonly string[])[],
    signal: AbortSignal,
  ): Promise<void> {
    for (const words of commands) await this.#run(pid, words, signal);
  }

  /** What is not there cannot be taken away. */
  async #runIfPossible(pid: number, words: readonly string[], signal: AbortSignal): Promise<void> {
    await this.#run(pid, words, signal).catch(() => signal.throwIfAborted());
  }

  /** Runs a program of this machine in the network of a container. */
  async #run(pid: number, words: readonly string[], signal: AbortSignal): Promise<void> {
    await runCommand(["nsenter", "-t", `${pid}`, "-n", "--", ...words], this.#settings, signal);
  }
}

function isSaid(error: unknown, what: RegExp): boolean {
  return error instanceof DriverError && what.test(error.message);
}
