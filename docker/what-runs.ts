import { readFile } from "node:fs/promises";
import type { Kind } from "./healthcheck.ts";

/** What a check needs to know of a server. */
export interface Running {
  readonly kind: Kind;
  readonly port: number;
}

/** Tells from the command line of the container's first process what it is. `port` is what `PORT` says, if anything. */
export async function whatRuns(port: string | undefined): Promise<Running> {
  return runningOf((await readFile("/proc/1/cmdline", "utf8")).split("\0"), port);
}

/** The same of a command line at hand. Throws if it is none of ours. */
export async function runningOf(
  line: readonly string[],
  port: string | undefined,
): Promise<Running> {
  const text = line.join(" ");
  if (text.includes("packages/mongod/"))
    return { kind: "mongod", port: flag(line, "--port") ?? 27_017 };

  const [, app, service] =
    /services\/([a-z-]+)\/([a-z-]+)\/main\.ts/.exec(text) ??
    /all-in-one\.ts ([a-z-]+)/.exec(text) ??
    [];
  if (!app) throw new Error(`no health is known of: ${text}`);
  const { apps } = await import("@faultline/launcher/apps");
  const services = Object.values(apps[app]?.app.services ?? {});
  const own = services.find(({ name, definition }) =>
    service ? name === service : definition.http,
  );
  if (!own) throw new Error(`${app} has no ${service ?? "front door"}`);
  const { containerPort, protocolOf } = await import("@faultline/service/define-app");
  return { kind: protocolOf(own.definition), port: Number(port || containerPort(own.definition)) };
}

function flag(line: readonly string[], name: string): number | undefined {
  const at = line.findIndex((word) => word === name || word.startsWith(`${name}=`));
  if (at < 0) return undefined;
  return Number(line[at]?.split("=")[1] ?? line[at + 1]);
}
