import { mkdirSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Driver, DriverError, type Server } from "../driver.ts";
import { runAdminCommand } from "./admin-command.ts";
import { launcherApi } from "./launcher-api.ts";
import { removeServerFile, serverFile } from "./server-files.ts";

export interface LocalDriverSettings {
  /** Of the running application: what `npm start` was given as `--data-dir`, or `.faultline/<app>`. */
  readonly dataDirectory: string;
}

const askDeadlineMs = 10_000;
const operationLimitMs = 60_000;

/** Acts on the processes of this machine that a launcher has started. */
export function createLocalDriver(settings: LocalDriverSettings): Driver {
  const dataDirectory = resolve(settings.dataDirectory);
  const api = launcherApi(dataDirectory);
  const operate = (server: string, verb: string, signal: AbortSignal, body?: unknown) =>
    whole(signal, (limit) =>
      api.post(`/api/servers/${encodeURIComponent(server)}/${verb}`, body, limit),
    );
  const servers = async (signal: AbortSignal) => serversOf(await api.get("/api/status", signal));
  const find = async (server: string, signal: AbortSignal) => {
    const found = (await servers(signal)).find(({ name }) => name === server);
    if (found) return found;
    throw new DriverError(`there is no server ${server}`);
  };
  return {
    way: "local",
    servers,
    stop: (server, signal) => operate(server, "stop", signal),
    start: (server, signal, overrides) => operate(server, "start", signal, overrides),
    restart: (server, signal, overrides) => operate(server, "restart", signal, overrides),
    kill: (server, name, signal) => operate(server, "kill", signal, { signal: name }),
    pause: (server, signal) => operate(server, "pause", signal),
    resume: (server, signal) => operate(server, "resume", signal),
    async admin(command, signal) {
      const { address } = await find(command.server, signal);
      if (!address) throw new DriverError(`there is no server ${command.server}`);
      return runAdminCommand(command, address, signal);
    },
    async putFile(server, name, content) {
      const path = serverFile(dataDirectory, server, name);
      mkdirSync(join(path, ".."), { recursive: true });
      writeFileSync(path, content, { mode: 0o600 });
      return path;
    },
    async removeFile(server, name) {
      removeServerFile(serverFile(dataDirectory, server, name));
    },
    disturb: ({ from, to }, disturbance, signal) =>
      whole(signal, (limit) => api.post("/api/edges", { from, to, disturbance }, limit)),
    leave: ({ from, to }, signal) =>
      whole(signal, (limit) =>
        api.delete(`/api/edges/${encodeURIComponent(from)}/${encodeURIComponent(to)}`, limit),
      ),
    async log(server, linesMax, signal) {
      const path = `/api/servers/${encodeURIComponent(server)}/log?lines=${linesMax}`;
      const answer = await api.get(path, signal);
      return hasList(answer, "lines") ? answer.lines.map(String) : [];
    },
    typed: {
      async server(verb, names) {
        const words = [verb, ...names].join(" ");
        return `node packages/launcher/servers-cli.ts --data-dir '${dataDirectory}' ${words}`;
      },
      async mongosh(name) {
        const { address } = await find(name, AbortSignal.timeout(askDeadlineMs));
        return `node docker/mongosh.ts --port ${address?.port}`;
      },
    },
  };
}

/**
 * What was asked for is waited for, also when nobody wants it any more: the launcher might do it yet, after what
 * undoes it.
 */
async function whole(
  signal: AbortSignal,
  work: (limit: AbortSignal) => Promise<unknown>,
): Promise<void> {
  signal.throwIfAborted();
  await work(AbortSignal.timeout(operationLimitMs));
  signal.throwIfAborted();
}

function serversOf(status: unknown): readonly Server[] {
  if (!hasList(status, "servers")) throw new DriverError("the launcher's status has no servers");
  return status.servers.map((server) => serverOf(server as Record<string, unknown>));
}

/** One entry of the launcher's `GET /api/status`, whose shape is its `ServerStatus`. */
function serverOf(status: Record<string, unknown>): Server {
  const { name, kind, state, changed, restarts, pid, startedAtMs, port, metricsPort } = status;
  // Databases, like Redis, say by their URL that they speak TLS.
  const tls = /^rediss:|[?&]tls=true/.test(String(status.url));
  return {
    name: String(name),
    kind: kind as Server["kind"],
    state: state as Server["state"],
    changed: changed === true,
    restarts: Number(restarts),
    startedAtMs: pid === null ? undefined : Number(startedAtMs),
    address: { host: "127.0.0.1", port: Number(port), tls },
    metricsUrl: metricsPort === null ? undefined : `http://127.0.0.1:${metricsPort}/metrics`,
  };
}

function hasList<Name extends string>(
  value: unknown,
  name: Name,
): value is Readonly<Record<Name, readonly unknown[]>> {
  if (typeof value !== "object" || value === null) return false;
  return Array.isArray((value as Readonly<Record<string, unknown>>)[name]);
}
