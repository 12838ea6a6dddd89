import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { connect } from "node:net";
import { CommanderError } from "commander";
import { type CommandLine, readCommandLine, usageExitCode } from "./options.ts";
import { htmlReport } from "./report/html.ts";
import { jsonReport } from "./report/json.ts";
import { createProgress } from "./report/progress.ts";
import { textReport } from "./report/table.ts";
import { conclude } from "./runner/conclusion.ts";
import { runLoad } from "./runner/run-load.ts";
import { applications } from "./runner/traffic.ts";

const connectDeadlineMs = 5_000;

try {
  process.exitCode = await runAndReport(readCommandLine(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : usageExitCode;
}

/** Runs the load, reports, and answers the exit code. */
async function runAndReport(commandLine: CommandLine): Promise<number> {
  const { app, base, load, json, html, allowFailures } = commandLine;
  const traffic = applications[app]?.(load.seed, base);
  if (!traffic || !(await isListening(load.url))) {
    console.error(`Nobody listens at ${load.url}. Is the application running (npm start)?`);
    return usageExitCode;
  }
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
