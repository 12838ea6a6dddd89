import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { CommanderError } from "commander";
import { type Errand, ErrandError } from "./application.ts";
import { type CommandLine, readCommandLine } from "./options.ts";
import { htmlReport } from "./report/html.ts";
import { jsonReport } from "./report/json.ts";
import { createProgress, createProgressLine } from "./report/progress.ts";
import { textReport } from "./report/table.ts";
import { conclude, usageExitCode } from "./runner/conclusion.ts";
import { runLoad } from "./runner/run-load.ts";
import type { Traffic } from "./runner/traffic.ts";

const connectDeadlineMs = 5_000;

try {
  process.exitCode = await runAndReport(readCommandLine(process.argv.slice(2)));
} catch (error) {
  if (error instanceof ErrandError) {
    console.error(error.message);
    process.exitCode = error.exitCode;
  } else if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : usageExitCode;
  } else throw error;
}

/** Runs the load or what else was asked for, reports, and answers the exit code. */
async function runAndReport(commandLine: CommandLine): Promise<number> {
  const { app, application, plan, load, json, html, allowFailures } = commandLine;
  if (!(await isListening(load.url))) {
    console.error(`Nobody listens at ${load.url}. Is the application running (npm start)?`);
    return usageExitCode;
  }
  const errand = application.errand?.(plan.given);
  if (errand) return runErrand(errand, commandLine);

  const traffic = await trafficFor(commandLine);
  const progress = createProgress(process.stderr, load.durationMs);
  const startedAt = new Date();
  const signals = { ...interruptions(), onProgress: progress.show };
  const outcome = await runLoad(traffic, load, signals);
  progress.end();

  const conclusion = conclude(outcome, allowFailures);
  const run = { app, startedAt, options: load, conclusion, ...outcome };
  const text = textReport(run);
  if (json === "-") process.stderr.write(text);
  else process.stdout.write(text);
  if (json === "-") process.stdout.write(jsonReport(run));
  else if (json !== undefined) writeFileSync(json, jsonReport(run));
  if (html !== undefined) writeFileSync(html, htmlReport(run));
  return conclusion.exitCode;
}

/** With the base that the application turns out to have. */
async function trafficFor({ application, plan, load }: CommandLine): Promise<Traffic> {
  const other = await application.lookAt?.(plan, load);
  if (!other) return application.traffic(plan);
  console.error(`${other.reason} Going on with --base ${other.base}.`);
  return application.traffic({ ...plan, base: other.base });
}

async function runErrand(errand: Errand, { load }: CommandLine): Promise<number> {
  const line = createProgressLine(process.stderr);
  const say = (text: string) => {
    line.end();
    console.log(text);
  };
  const { stop } = interruptions();
  const { seed, ...client } = load;
  try {
    return await errand({ seed, client, stop, progress: line.show, say });
  } finally {
    line.end();
  }
}

/** The first Ctrl-C ends the run and waits for the answers under way; the second does not wait. */
function interruptions(): { stop: AbortSignal; breakOff: AbortSignal } {
  const [stop, breakOff] = [new AbortController(), new AbortController()];
  for (const signal of ["SIGINT", "SIGTERM"]) {
    process.on(signal, () => {
      if (!stop.signal.aborted) console.error("\nStopping; waiting for answers under way …");
      (stop.signal.aborted ? breakOff : stop).abort();
    });
  }
  return { stop: stop.signal, breakOff: breakOff.signal };
}

async function isListening(url: string): Promise<boolean> {
  const { hostname, port, protocol } = new URL(url);
  const socket = connect({
    host: hostname.replace(/^\[|\]$/g, ""),
    port: Number(port || (protocol === "https:" ? 443 : 80)),
  });
  try {
    await once(socket, "connect", { signal: AbortSignal.timeout(connectDeadlineMs) });
    return true;
  } catch {
    // Refused, unknown or too slow: the caller says what that means.
    return false;
  } finally {
    socket.destroy();
  }
}
