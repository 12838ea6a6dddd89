import type { Driver } from "./driver.ts";
import { type Fault, type Intervention, isFlagged, type Operation, valuesOf } from "./fault.ts";
import type { Flag } from "./flags/document.ts";
import { FlagFile } from "./flags/flag-file.ts";
import { flagOf } from "./flags/flag-of.ts";
import { withLock } from "./flags/lock.ts";
import { faults as catalogue } from "./index.ts";
import { type Injection, type Injections, openInjections } from "./injections.ts";
import { type Journal, type JournalEntry, openJournal } from "./journal.ts";
import { ParameterError } from "./parameters.ts";
import { type Places, placesOf } from "./places.ts";
import type { Topology } from "./topology.ts";

export interface InjectorSettings {
  readonly topology: Topology;
  readonly driver: Driver;
  readonly dataDirectory: string;
  /** Who asks, for the journal. */
  readonly by: string;
  readonly faults?: readonly Fault[];
}

export interface InjectOptions {
  /** Values other than the defaults, as text or number. */
  readonly given?: Readonly<Record<string, unknown>>;
  /** JsonLogic that says whom it hits; for faults that are flags. */
  readonly targeting?: Flag["targeting"];
  /** Recovered by itself after that time, by whoever acts next then. */
  readonly forMs?: number;
}

/** An injection or recovery cannot be done as asked. The message is a sentence for the operator. */
export class InjectorError extends Error {
  override readonly name = "InjectorError";
}

const undoMs = 60_000;
/** Another injection may be waiting for servers to start. */
const lockPatienceMs = 120_000;

/**
 * Injects and recovers, one at a time whoever asks. What it does is in the journal, and what is injected is kept in
 * a file before it is done, so that a crash at any moment leaves something that can be recovered.
 */
export class Injector {
  readonly #settings: InjectorSettings;
  readonly #places: Places;
  readonly #injections: Injections;
  readonly #flags: FlagFile;
  readonly #journal: Journal;

  constructor(settings: InjectorSettings) {
    this.#settings = settings;
    this.#places = placesOf(settings.dataDirectory, settings.driver.project);
    this.#injections = openInjections(this.#places.injections);
    this.#flags = new FlagFile(this.#places.flags);
    this.#journal = openJournal(this.#places.journal);
  }

  get active(): readonly Injection[] {
    return this.#injections.all();
  }

  /**
   * Injects a fault. One that is injected with the same values stays as it is; with others, it is recovered first.
   * If it cannot be done, what was begun is undone and the reason is thrown.
   */
  inject(name: string, options: InjectOptions, signal: AbortSignal): Promise<Injection> {
    const fault = this.#find(name);
    const { topology } = this.#settings;
    const parameters = valuesOf(fault, options.given ?? {}, topology);
    if (options.targeting !== undefined && !isFlagged(fault))
      throw new InjectorError(
        `${name} is done to a server; it cannot be aimed at some requests only`,
      );
    return this.#alone(async () => {
      const present = this.active.find((injection) => injection.fault === name);
      if (present && isSame(present, parameters, options)) return present;
      if (present) await this.#recover(fault, present, signal);
      this.#assertFree(fault, parameters);
      return this.#inject(fault, parameters, options, signal);
    });
  }

  /** Recovers a fault. Answers whether it was injected; if not, nothing is done. */
  recover(name: string, signal: AbortSignal): Promise<boolean> {
    const fault = this.#find(name);
    return this.#alone(async () => {
      const present = this.active.find((injection) => injection.fault === name);
      if (present) await this.#recover(fault, present, signal);
      return present !== undefined;
    });
  }

  /** Recovers those whose time is over. Answers their names. */
  recoverDue(signal: AbortSignal): Promise<readonly string[]> {
    return this.#alone(async () => {
      const due = this.active.filter(
        ({ untilMs }) => untilMs !== undefined && untilMs <= Date.now(),
      );
      for (const injection of due)
        await this.#recover(this.#find(injection.fault), injection, signal);
      return due.map(({ fault }) => fault);
    });
  }

  #find(name: string): Fault {
    const { faults = catalogue } = this.#settings;
    const fault = faults.find((candidate) => candidate.name === name);
    if (fault) return fault;
    throw new InjectorError(`there is no fault ${name}; npm run fault -- list shows all`);
  }

  /** Two faults that hold the same server would undo each other. */
  #assertFree(fault: Fault, parameters: Injection["parameters"]): void {
    const wanted = heldBy(fault, parameters, this.#settings.topology);
    for (const other of this.active) {
      const held = heldBy(this.#find(other.fault), other.parameters, this.#settings.topology);
      const both = wanted.find((server) => held.includes(server));
      if (both) throw new InjectorError(`${both} is held by ${other.fault}; recover that first`);
    }
  }

  async #inject(
    fault: Fault,
    parameters: Injection["parameters"],
    { targeting, forMs }: InjectOptions,
    signal: AbortSignal,
  ): Promise<Injection> {
    const atMs = Date.now();
    const until = forMs === undefined ? {} : { untilMs: atMs + forMs };
    const injection: Injection = { fault: fault.name, parameters, atMs, ...until };
    this.#injections.put({ ...injection, unfinished: true });
    try {
      const memento = await this.#do(fault, parameters, targeting, signal);
      const done = { ...injection, ...(memento ? { memento } : {}) };
      this.#injections.put(done);
      this.#write({ action: "inject", atMs, fault: fault.name, parameters });
      return done;
    } catch (error) {
      this.#write({ action: "inject failed", ...injection, reason: sentenceOf(error) });
      if (error instanceof ParameterError) {
        // It is not for what runs here, and nothing was done.
        this.#injections.remove(fault.name);
        throw error;
      }
      await this.#recover(fault, injection, AbortSignal.timeout(undoMs)).catch(() => {
        // It stays among the injections as unfinished, and can be recovered when that is possible again.
      });
      throw error;
    }
  }

  async #do(
    fault: Fault,
    parameters: Injection["parameters"],
    targeting: Flag["targeting"],
    signal: AbortSignal,
  ) {
    const intervention = interventionOf(fault);
    if (intervention) return intervention.inject(parameters, this.#operation(signal));
    await this.#flags.set(fault.name, flagOf(fault, parameters, targeting));
    return undefined;
  }

  async #recover(fault: Fault, injection: Injection, signal: AbortSignal): Promise<void> {
    const { parameters, memento } = injection;
    try {
      const intervention = interventionOf(fault);
      if (intervention) await intervention.recover(parameters, this.#operation(signal), memento);
      else await this.#flags.set(fault.name, undefined);
    } catch (error) {
      const reason = sentenceOf(error);
      this.#write({
        action: "recover failed",
        atMs: Date.now(),
        fault: fault.name,
        parameters,
        reason,
      });
      throw error;
    }
    this.#injections.remove(fault.name);
    this.#write({ action: "recover", atMs: Date.now(), fault: fault.name, parameters });
  }

  #operation(signal: AbortSignal): Operation {
    const { driver, topology } = this.#settings;
    return { driver, topology, signal };
  }

  #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    return withLock(this.#places.lock, work, lockPatienceMs);
  }

  #write(entry: Pick<JournalEntry, "action" | "atMs" | "fault" | "parameters" | "reason">): void {
    const { driver, topology, by } = this.#settings;
    const { action, atMs, fault, parameters, reason } = entry;
    const common = { atMs, action, fault, app: topology.name, way: driver.way, parameters, by };
    this.#journal.append({ ...common, ...(reason === undefined ? {} : { reason }) });
  }
}

// biome-ignore lint/suspicious/noExplicitAny: the parameters of all faults differ; each pairs its own.
function interventionOf(fault: Fault): Intervention<any> | undefined {
  return fault.onStore ?? fault.onProcess;
}

function heldBy(
  fault: Fault,
  parameters: Injection["parameters"],
  topology: Topology,
): readonly string[] {
  return interventionOf(fault)?.holds?.(parameters, topology) ?? [];
}

function isSame(
  { parameters, unfinished }: Injection,
  wanted: Injection["parameters"],
  { targeting }: InjectOptions,
): boolean {
  // An injection does not keep whom it is aimed at; aiming anew is cheap.
  if (unfinished || targeting !== undefined) return false;
  return JSON.stringify(parameters) === JSON.stringify(wanted);
}

function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
