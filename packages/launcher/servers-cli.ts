import { DriverError } from "@faultline/faults/driver";
import { type LauncherApi, launcherApi } from "@faultline/faults/drivers/launcher-api";
import { Command, Option } from "commander";
import { selections } from "./apps.ts";
import type { ServerStatus, Status } from "./control-routes.ts";
import type { DisturbedEdge } from "./operations.ts";

/** What an operator asks for by hand: `npm run server -- restart geo`. */
const verbs: Readonly<Record<string, string>> = {
  kill: "send SIGKILL; it is started again",
  pause: "let its process stand still",
  restart: "end its process and start it as planned",
  resume: "let a paused one go on",
  start: "start it as planned, if it does not run",
  stop: "end it and keep it ended",
};

interface Target {
  readonly api: LauncherApi;
  readonly signal: AbortSignal;
}

interface Where {
  readonly app: string;
  readonly dataDir?: string;
}

function directoryOf({ app, dataDir = `.faultline/${app}` }: Where): string {
  return dataDir;
}

const deadlineMs = 60_000;

function commandLine(): Command {
  const program = new Command("npm run server --")
    .description("Looks at the servers of a running application, and acts on them by hand.")
    .addOption(new Option("--app <name>", "which application").choices(selections).default("hotel"))
    .option("--data-dir <directory>", "of the running application; by default .faultline/<app>")
    .addHelpText("after", "\nExample: npm run server -- restart geo rate");
  const target = (): Target => ({
    api: launcherApi(directoryOf(program.opts<Where>())),
    signal: AbortSignal.timeout(deadlineMs),
  });
  program
    .command("status", { isDefault: true })
    .description("what runs, and what shall run")
    .action(async () => print(rows(await statusOf(target()))));
  program
    .command("log <server>")
    .description("the end of its log")
    .option("-n, --lines <count>", "how many lines", "20")
    .action(async (server: string, { lines }: { lines: string }) =>
      print(await logOf(server, lines, target())),
    );
  program
    .command("connect <server...>")
    .description("take away whatever stands between it and its callers")
    .action(async (servers: string[]) => {
      for (const server of servers) await connect(server, target());
    });
  for (const [verb, says] of Object.entries(verbs)) {
    program
      .command(`${verb} <server...>`)
      .description(says)
      .action(async (servers: string[]) => {
        for (const server of servers) print(rows([await operate(server, verb, target())]));
      });
  }
  return program;
}

async function statusOf({ api, signal }: Target): Promise<readonly ServerStatus[]> {
  // The shape is this room's own.
  const { servers } = (await api.get("/api/status", signal)) as Status;
  return servers;
}

async function operate(server: string, verb: string, { api, signal }: Target) {
  const path = `/api/servers/${encodeURIComponent(server)}/${verb}`;
  return (await api.post(path, {}, signal)) as ServerStatus;
}

async function logOf(server: string, lines: string, { api, signal }: Target) {
  const path = `/api/servers/${encodeURIComponent(server)}/log?lines=${encodeURIComponent(lines)}`;
  const answer = (await api.get(path, signal)) as { lines: readonly string[] };
  return answer.lines;
}

async function connect(server: string, { api, signal }: Target): Promise<void> {
  const { edges } = (await api.get("/api/edges", signal)) as { edges: readonly DisturbedEdge[] };
  for (const { from, to } of edges.filter((edge) => edge.to === server)) {
    await api.delete(`/api/edges/${encodeURIComponent(from)}/${encodeURIComponent(to)}`, signal);
  }
}

/** `geo  service  ready  1 of 1  grpc://127.0.0.1:8083`, in columns. */
function rows(servers: readonly ServerStatus[]): readonly string[] {
  const cells = servers.map((server) => [
    server.name,
    server.kind,
    server.state,
    `${server.available} of ${server.desired}`,
    `${server.restarts} restarts`,
    server.url,
    server.pid === null ? "" : `pid ${server.pid}`,
    lastExit(server),
  ]);
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  return cells.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}

function lastExit({ lastExit: exit }: ServerStatus): string {
  if (!exit) return "";
  return `last exit ${exit.signal ?? exit.code}`;
}

function print(lines: readonly string[]): void {
  for (const line of lines) console.log(line);
}

try {
  await commandLine().parseAsync(process.argv.slice(2), { from: "user" });
} catch (error) {
  if (!(error instanceof DriverError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
