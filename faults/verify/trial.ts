import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../fault.ts";
import { healthyChecks, shareCheck, symptomChecks } from "./answers.ts";
import { mitigateByHand } from "./by-hand.ts";
import { type Check, check } from "./check.ts";
import { type Expected, expectedOf } from "./expected.ts";
import { leaksOf } from "./leaks.ts";
import { ask, load, type Outcome, type Outcomes } from "./load.ts";
import { observed } from "./observation.ts";
import { differences, stateOf } from "./remains.ts";
import type { Route } from "./routes.ts";
import type { Subject } from "./subject.ts";

const requestsASecond = 18;
const patienceMs = 10_000;
const onsetDeadlineMs = 60_000;
const healthyDeadlineMs = 120_000;
const undoDeadlineMs = 120_000;
const lookEveryMs = 100;
/** So many rounds alike count as lasting. */
const roundsAlike = 3;

/**
 * Shows that a fault is what it says: healthy, injected, its symptom and nothing more, recovered, healthy, nothing
 * left; then the same with what an operator would do by hand. Rejects if it cannot be tried; what does not hold is
 * a check. Whatever happens, the fault is recovered in the end.
 */
export async function tryFault(
  fault: Fault,
  subject: Subject,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const trial = new Trial(fault, subject, signal);
  try {
    await trial.recoveredByCommand();
    await trial.recoveredByHand();
  } finally {
    await subject.injector.recover(fault.name, AbortSignal.timeout(undoDeadlineMs));
  }
  return trial.checks;
}

class Trial {
  readonly checks: Check[] = [];
  readonly #fault: Fault;
  readonly #subject: Subject;
  readonly #signal: AbortSignal;
  readonly #expected: Expected;
  #before: ReadonlyMap<string, string> = new Map();

  constructor(fault: Fault, subject: Subject, signal: AbortSignal) {
    this.#fault = fault;
    this.#subject = subject;
    this.#signal = signal;
    this.#expected = expectedOf(fault, subject.topology, subject.given);
  }

  async recoveredByCommand(): Promise<void> {
    await this.#untilHealthy();
    this.#before = await stateOf(this.#subject, this.#signal);
    const healthy = await this.#load();
    this.#note(...healthyChecks("before", healthy));
    await this.#observeSymptom(healthy);
    await this.#checkLeaks();
    await this.#recover();
    this.#note(...healthyChecks("after recovery", await this.#load()));
    await this.#checkRemains("recovery");
  }

  async recoveredByHand(): Promise<void> {
    const { service, metric, aheadMs, passing } = this.#expected;
    const isNothing = !service && !metric && !aheadMs;
    if (isNothing || passing) return;
    await this.#inject();
    await this.#untilSick();
    const { typed } = this.#subject.driver;
    const { dataDirectory, topology, environment } = this.#subject;
    const { values } = this.#expected;
    const settings = { dataDirectory, typed, values, topology, environment };
    const done = await mitigateByHand(this.#fault, settings, this.#signal);
    this.#note(check("an operator can do something", done.length > 0, done.join("; ")));
    if (done.length > 0) {
      await this.#untilHealthy();
      this.#note(...healthyChecks("after mitigation by hand", await this.#load()));
    }
    await this.#recover();
    await this.#checkRemains("mitigation by hand");
  }

  async #observeSymptom(healthy: Outcomes): Promise<void> {
    const [subject, expected, signal] = [this.#subject, this.#expected, this.#signal];
    const { passing = false } = expected;
    if (!passing) {
      await this.#inject();
      await this.#untilSick();
    }
    const { outcomes, checks } = await observed(
      async () => {
        const answers = this.#load(passing ? 2 * subject.phaseMs : subject.phaseMs);
        await Promise.all([answers, passing ? this.#inject() : undefined]);
        return answers;
      },
      { subject, expected, signal },
    );
    const { routes } = subject;
    this.#note(...checks, ...symptomChecks(expected, routes, { healthy, symptom: outcomes }));
    if (expected.catalogued)
      this.#note(shareCheck(expected.facts, expected, { routes, symptom: outcomes }));
  }

  async #inject(): Promise<void> {
    const given = this.#expected.given ?? {};
    await this.#subject.injector.inject(this.#fault.name, { given }, this.#signal);
  }

  async #recover(): Promise<void> {
    await this.#subject.injector.recover(this.#fault.name, this.#signal);
    await this.#untilHealthy();
  }

  #load(durationMs = this.#subject.phaseMs): Promise<Outcomes> {
    const { frontDoor, routes } = this.#subject;
    const settings = { url: frontDoor.url, routes, rate: requestsASecond, durationMs, patienceMs };
    return load(settings, this.#signal);
  }

  /** Waits until something is wrong, where something must be; until everything is, where everything must. */
  async #untilSick(): Promise<void> {
    const { failing, slowerMs, some = false } = this.#expected;
    const routes = this.#subject.routes.filter((route) => this.#expected.suffers(route));
    if (routes.length === 0 || (failing[1] === 0 && slowerMs === 0)) return;
    const isSick = ({ verdict, tookMs }: Outcome) =>
      failing[0] > 0 ? verdict !== "right" : tookMs >= slowerMs;
    const all = failing[0] === 1;
    const wanted = { rounds: all ? roundsAlike : 1, deadlineMs: onsetDeadlineMs };
    const found = await this.#rounds(routes, wanted, (outcomes) =>
      all && !some ? outcomes.every(isSick) : outcomes.some(isSick),
    );
    this.#note(check("the symptom shows after the injection", found));
  }

  async #untilHealthy(): Promise<void> {
    const wanted = { rounds: roundsAlike, deadlineMs: healthyDeadlineMs };
    const well = await this.#rounds(this.#subject.routes, wanted, (outcomes) =>
      outcomes.every(({ verdict }) => verdict === "right"),
    );
    if (well && (await this.#allReady())) return;
    this.#note(check("the application becomes healthy", false));
  }

  /** A server may still be on its way while its callers are already well. */
  async #allReady(): Promise<boolean> {
    const endMs = Date.now() + healthyDeadlineMs;
    while (Date.now() < endMs) {
      const servers = await this.#subject.driver.servers(this.#signal);
      if (servers.every(({ state }) => state === "ready")) return true;
      await sleep(lookEveryMs, undefined, { signal: this.#signal });
    }
    return false;
  }

  /** Asks routes again and again until so many rounds in a row are so. */
  async #rounds(
    routes: readonly Route[],
    { rounds, deadlineMs }: { rounds: number; deadlineMs: number },
    isSo: (outcomes: readonly Outcome[]) => boolean,
  ): Promise<boolean> {
    const target = { url: this.#subject.frontDoor.url, patienceMs };
    const endMs = Date.now() + deadlineMs;
    let inARow = 0;
    while (inARow < rounds && Date.now() < endMs) {
      const asked = routes.map((route) => ask(route, target, this.#signal));
      inARow = isSo(await Promise.all(asked)) ? inARow + 1 : 0;
      await sleep(lookEveryMs, undefined, { signal: this.#signal });
    }
    return inARow >= rounds;
  }

  async #checkLeaks(): Promise<void> {
    const leaks = await leaksOf(this.#subject, this.#fault.name, this.#signal);
    const [first = ""] = leaks;
    this.#note(check("nothing tells that it is intended", leaks.length === 0, first.slice(0, 240)));
  }

  async #checkRemains(after: string): Promise<void> {
    const left = differences(this.#before, await stateOf(this.#subject, this.#signal));
    this.#note(check(`nothing is left after ${after}`, left.length === 0, left.join("; ")));
  }

  #note(...found: readonly Check[]): void {
    for (const one of found) {
      this.checks.push(one);
      this.#subject.onCheck(one);
    }
  }
}
