import { setTimeout as sleep } from "node:timers/promises";
import type { Driver } from "../driver.ts";
import type { LauncherApi } from "../drivers/launcher-api.ts";
import type { Fault } from "../fault.ts";
import type { Injector } from "../injector.ts";
import { readParameters } from "../parameters.ts";
import { restartService } from "../restart-service.ts";
import type { Signs } from "../signs.ts";
import type { Topology } from "../topology.ts";
import { mitigateByHand } from "./by-hand.ts";
import { type Check, check, percent } from "./check.ts";
import { leaksOf } from "./leaks.ts";
import { ask, failedShare, load, medianMs, type Outcome, type Outcomes } from "./load.ts";
import { differences, stateOf } from "./remains.ts";
import type { Route } from "./routes.ts";
import { routeOfTrace, serverErrors, tracesOf } from "./telemetry.ts";

/** A running application that faults are verified against. */
export interface Subject {
  readonly topology: Topology;
  readonly driver: Driver;
  readonly api: LauncherApi;
  readonly injector: Injector;
  readonly dataDirectory: string;
  readonly routes: readonly Route[];
  readonly frontDoor: { readonly name: string; readonly url: string; readonly metricsUrl: string };
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Hears of each check as soon as it is made. */
  readonly onCheck: (check: Check) => void;
}

const requestsASecond = 18;
const phaseMs = 6_000;
const patienceMs = 6_000;
const onsetDeadlineMs = 60_000;
const healthyDeadlineMs = 120_000;
const telemetryDeadlineMs = 15_000;
const undoDeadlineMs = 120_000;

/**
 * Shows that a fault is what it says: healthy, injected, its symptom and nothing more, recovered, healthy, nothing
 * left; then the same with what an operator would do by hand. Rejects if it cannot be tried; what does not hold is
 * a check. Whatever happens, the fault is recovered in the end.
 */
export async function verifyOne(
  fault: Fault,
  subject: Subject,
  signal: AbortSignal,
): Promise<readonly Check[]> {
  const trial = new Trial(fault, subject, signal);
  try {
    await trial.firstPass();
    await trial.secondPass();
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
  readonly #signs: Signs;
  readonly #values: Readonly<Record<string, unknown>>;
  #before: ReadonlyMap<string, string> = new Map();

  constructor(fault: Fault, subject: Subject, signal: AbortSignal) {
    this.#fault = fault;
    this.#subject = subject;
    this.#signal = signal;
    this.#signs = fault.facts.signs ?? {};
    this.#values = readParameters(fault.parameters, {}, subject.topology);
  }

  async firstPass(): Promise<void> {
    await this.#untilHealthy();
    this.#before = await stateOf(this.#subject, this.#signal);
    const healthy = await this.#load();
    this.#checkHealthy("before", healthy);
    const symptom = this.#signs.passing ? await this.#passing() : await this.#lasting();
    this.#checkSymptom(healthy, symptom);
    this.#checkShare(symptom);
    await this.#checkLeaks();
    const { injector } = this.#subject;
    await injector.recover(this.#fault.name, this.#signal);
    await this.#untilHealthy();
    this.#checkHealthy("after recovery", await this.#load());
    await this.#checkRemains("recovery");
  }

  async secondPass(): Promise<void> {
    if (!this.#signs.service || this.#signs.passing) return;
    await this.#inject();
    await this.#untilSick();
    const { driver, dataDirectory, environment } = this.#subject;
    const servers = await driver.servers(this.#signal);
    const settings = { dataDirectory, servers, values: this.#values, environment };
    const done = await mitigateByHand(this.#fault, settings, this.#signal);
    this.#note(
      check("there is something that an operator can do", done.length > 0, done.join("; ")),
    );
    if (done.length > 0) {
      await this.#untilHealthy();
      this.#checkHealthy("after mitigation by hand", await this.#load());
    }
    await this.#subject.injector.recover(this.#fault.name, this.#signal);
    await this.#untilHealthy();
    await this.#checkRemains("mitigation by hand");
  }

  /** The load goes on while something happens that passes by itself. */
  async #passing(): Promise<Outcomes> {
    return this.#observed(async () => {
      const outcomes = this.#load(2 * phaseMs);
      await Promise.all([outcomes, this.#inject()]);
      return outcomes;
    });
  }

  async #lasting(): Promise<Outcomes> {
    await this.#inject();
    await this.#untilSick();
    return this.#observed(() => this.#load());
  }

  /** Compares what the front door's answers say with its traces and metrics, and looks for the line in the log. */
  async #observed(work: () => Promise<Outcomes>): Promise<Outcomes> {
    const fromMs = Date.now();
    const errorsBefore = await this.#serverErrors();
    const outcomes = await work();
    const toMs = Date.now();
    const errorsAfter = await this.#serverErrors();
    for (const { path } of this.#subject.routes) {
      const counted = (errorsAfter.get(path) ?? 0) - (errorsBefore.get(path) ?? 0);
      const answered = (outcomes.get(path) ?? []).filter(({ status }) => status >= 500).length;
      this.#note(
        check(
          `the metrics of ${path} count the errors`,
          counted >= answered,
          `${counted} of ${answered}`,
        ),
      );
    }
    await this.#checkTraces({ fromMs, toMs });
    await this.#checkLog();
    return outcomes;
  }

  #serverErrors() {
    return serverErrors(this.#subject.frontDoor.metricsUrl, this.#signal);
  }

  async #inject(): Promise<void> {
    const { injector, topology, driver } = this.#subject;
    await injector.inject(this.#fault.name, {}, this.#signal);
    if (!this.#signs.restart) return;
    const operation = { driver, topology, signal: this.#signal };
    await restartService(this.#filled(this.#signs.restart), operation);
  }

  #load(durationMs = phaseMs): Promise<Outcomes> {
    const { frontDoor, routes } = this.#subject;
    const settings = { url: frontDoor.url, routes, rate: requestsASecond, durationMs, patienceMs };
    return load(settings, this.#signal);
  }

  #suffers({ reaches }: Route): boolean {
    const { service } = this.#signs;
    if (service === undefined) return false;
    const filled = this.#filled(service);
    return filled === "*" || reaches.includes(filled);
  }

  /** Waits for the first request in which something is wrong; those that are wrong in nothing are not waited for. */
  async #untilSick(): Promise<void> {
    const { failing = [0, 0], slowerMs = 0 } = this.#signs;
    const route = this.#subject.routes.find((candidate) => this.#suffers(candidate));
    if (!route || (failing[1] === 0 && slowerMs === 0)) return;
    // Where all must fail, the last one that did not must be behind us.
    const wanted = failing[0] === 1 ? 3 : 1;
    const isSick = ({ verdict, tookMs }: Outcome) =>
      (failing[1] > 0 && verdict !== "right") || (slowerMs > 0 && tookMs >= slowerMs);
    const found = await this.#inARow([route], { wanted, deadlineMs: onsetDeadlineMs }, isSick);
    this.#note(check("the symptom shows after the injection", found, `on ${route.path}`));
  }

  async #untilHealthy(): Promise<void> {
    const { routes } = this.#subject;
    const isWell = ({ verdict }: Outcome) => verdict === "right";
    const found = await this.#inARow(routes, { wanted: 3, deadlineMs: healthyDeadlineMs }, isWell);
    const ready = await this.#allReady();
    if (!found || !ready) this.#note(check("the application is healthy again", false));
  }

  /** A server may still be on its way while its callers are already well. */
  async #allReady(): Promise<boolean> {
    const deadlineMs = Date.now() + healthyDeadlineMs;
    while (Date.now() < deadlineMs) {
      const servers = await this.#subject.driver.servers(this.#signal);
      if (servers.every(({ state }) => state === "ready")) return true;
      await sleep(100, undefined, { signal: this.#signal });
    }
    return false;
  }

  async #inARow(
    routes: readonly Route[],
    { wanted, deadlineMs }: { wanted: number; deadlineMs: number },
    isSo: (outcome: Outcome) => boolean,
  ): Promise<boolean> {
    const { url } = this.#subject.frontDoor;
    const endMs = Date.now() + deadlineMs;
    let inARow = 0;
    while (inARow < wanted && Date.now() < endMs) {
      const outcomes = await Promise.all(
        routes.map((route) => ask(route, { url, patienceMs }, this.#signal)),
      );
      inARow = outcomes.every(isSo) ? inARow + 1 : 0;
      await sleep(100, undefined, { signal: this.#signal });
    }
    return inARow >= wanted;
  }

  #checkHealthy(when: string, outcomes: Outcomes): void {
    for (const [path, seen] of outcomes) {
      const share = failedShare(seen);
      this.#note(check(`${path} is healthy ${when}`, share === 0, figures(seen)));
    }
  }

  #checkSymptom(healthy: Outcomes, symptom: Outcomes): void {
    const { failing = [0, 0], slowerMs = 0 } = this.#signs;
    for (const route of this.#subject.routes) {
      const { path } = route;
      const [was, is] = [healthy.get(path) ?? [], symptom.get(path) ?? []];
      const laterMs = medianMs(is) - medianMs(was);
      const share = failedShare(is);
      if (!this.#suffers(route)) {
        this.#note(check(`${path} stays healthy`, share === 0, figures(is)));
        if (slowerMs > 0) {
          this.#note(
            check(`${path} stays fast`, laterMs < slowerMs / 2, `${Math.round(laterMs)} ms later`),
          );
        }
        continue;
      }
      const [least, most] = failing;
      const bounds = least === most ? percent(least) : `${percent(least)} to ${percent(most)}`;
      this.#note(check(`${path} fails in ${bounds}`, share >= least && share <= most, figures(is)));
      if (slowerMs > 0) {
        this.#note(
          check(
            `${path} is ${slowerMs} ms slower`,
            laterMs >= slowerMs,
            `${Math.round(laterMs)} ms later`,
          ),
        );
      }
    }
  }

  /** What the catalogue says of the standard mix against the routes that suffer, by their shares of it. */
  #checkShare(symptom: Outcomes): void {
    const { share, says } = this.#fault.facts.blast;
    const touched = this.#subject.routes.filter((route) => this.#suffers(route));
    const weight = touched.reduce((sum, route) => sum + route.weight, 0);
    const failed = this.#subject.routes.reduce(
      (sum, { path, weight }) => sum + weight * failedShare(symptom.get(path) ?? []),
      0,
    );
    this.#note(
      check(
        `at most ${percent(share)} of the standard mix is touched (${says})`,
        weight <= share + 0.011,
        `${percent(weight)}, of which ${percent(failed)} fails`,
      ),
    );
  }

  /** A request that failed has a trace that failed, down to the call of whom it is about; healthy routes have none. */
  async #checkTraces({ fromMs, toMs }: { fromMs: number; toMs: number }): Promise<void> {
    const { failing = [0, 0], slowerMs = 0, service = "" } = this.#signs;
    const wanted = { service: this.#subject.frontDoor.name, fromMs, toMs };
    const shows = failing[0] > 0 || slowerMs > 0;
    const about = this.#filled(service).replace(/^(mongodb|memcached)-/, "");
    const endMs = Date.now() + telemetryDeadlineMs;
    for (;;) {
      const traces = await tracesOf(this.#subject.api, wanted, this.#signal);
      const isAbout = (tags: Readonly<Record<string, unknown>>) =>
        about === "*" || String(tags["server.service.name"] ?? "").endsWith(about);
      const telling = traces.filter((trace) =>
        trace.some(
          ({ failed, durationMs, tags }) =>
            isAbout(tags) && (failing[0] > 0 ? failed : durationMs >= slowerMs),
        ),
      );
      if (shows && telling.length === 0 && Date.now() < endMs) {
        await sleep(250, undefined, { signal: this.#signal });
        continue;
      }
      if (shows) {
        const says = `traces show ${failing[0] > 0 ? "failed" : "slow"} calls to ${about}`;
        this.#note(check(says, telling.length > 0, `${telling.length} of ${traces.length} traces`));
      }
      const healthyPaths = this.#subject.routes.filter((route) => !this.#suffers(route));
      const stray = traces.filter(
        (trace) =>
          healthyPaths.some(({ path }) => path === routeOfTrace(trace)) &&
          trace.some(({ failed }) => failed),
      );
      this.#note(
        check("no trace of a healthy route has an error", stray.length === 0, `${stray.length}`),
      );
      return;
    }
  }

  async #checkLog(): Promise<void> {
    const { log } = this.#signs;
    if (!log) return;
    const server = this.#filled(log.server);
    const endMs = Date.now() + onsetDeadlineMs;
    let line: string | undefined;
    while (line === undefined && Date.now() < endMs) {
      const lines = await this.#subject.driver.log(server, 1_000, this.#signal);
      line = lines.findLast((candidate) => log.says.test(candidate));
      if (line === undefined) await sleep(250, undefined, { signal: this.#signal });
    }
    this.#note(check(`the log of ${server} says so`, line !== undefined, line?.slice(0, 200)));
  }

  async #checkLeaks(): Promise<void> {
    const { driver, api, frontDoor } = this.#subject;
    const where = { driver, api, frontDoor: frontDoor.name };
    const leaks = await leaksOf(where, this.#fault.name, this.#signal);
    this.#note(
      check("nothing tells that it is intended", leaks.length === 0, leaks[0]?.slice(0, 200)),
    );
  }

  async #checkRemains(after: string): Promise<void> {
    const left = differences(this.#before, await stateOf(this.#subject, this.#signal));
    this.#note(check(`nothing is left after ${after}`, left.length === 0, left.join("; ")));
  }

  #filled(text: string): string {
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(this.#values[name] ?? whole));
  }

  #note(found: Check): void {
    this.checks.push(found);
    this.#subject.onCheck(found);
  }
}

function figures(outcomes: readonly Outcome[]): string {
  const failed = outcomes.filter(({ verdict }) => verdict !== "right").length;
  return `${failed} of ${outcomes.length} failed, median ${Math.round(medianMs(outcomes))} ms`;
}
