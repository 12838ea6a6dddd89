import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTrustedCertificate } from "@faultline/faults/certificate";
import { type App, asDeployed } from "@faultline/service/define-app";
import { LaunchError } from "./launch-error.ts";
import type { Environment } from "./machine.ts";

/** Which of an application's stores speak TLS, and the files that they and their clients need for that. */
export interface StoreTls {
  readonly mongo: MongoTlsMode;
  readonly redis: RedisTlsMode;
  /** Who has signed the servers' certificate, and that certificate with its key: paths of PEM files. */
  readonly caFile: string;
  readonly serverFile: string;
}

/** As `mongod --tlsMode`: whether plain connections are taken too. Services use TLS in both. */
type MongoTlsMode = (typeof mongoModes)[number];
/** A Redis has one port here, which speaks TLS or does not. */
type RedisTlsMode = (typeof redisModes)[number];

const mongoModes = ["disabled", "preferTLS", "requireTLS"] as const;
const redisModes = ["disabled", "requireTLS"] as const;

const dayMs = 86_400_000;
const validDays = 365;

/**
 * Reads `SOCIAL_MONGO_TLS` and `SOCIAL_REDIS_TLS`, and makes fresh certificates in the data directory if one is set;
 * undefined if neither is. Throws a `LaunchError` if a value is none of those that there are.
 */
export async function prepareStoreTls(
  app: App,
  environment: Environment,
  dataDirectory: string,
): Promise<StoreTls | undefined> {
  const prefix = app.name.toUpperCase().replaceAll("-", "_");
  const mongo = modeOf(`${prefix}_MONGO_TLS`, mongoModes, environment);
  const redis = modeOf(`${prefix}_REDIS_TLS`, redisModes, environment);
  if (mongo === "disabled" && redis === "disabled") return undefined;
  return { mongo, redis, ...(await writeCertificates(app, join(dataDirectory, "tls"))) };
}

function modeOf<Mode extends string>(
  variable: string,
  modes: readonly [Mode, ...Mode[]],
  environment: Environment,
): Mode {
  const value = environment[variable] || modes[0];
  const mode = modes.find((known) => known === value);
  if (mode) return mode;
  throw new LaunchError(`${variable}=${value}: it must be one of ${modes.join(", ")}.`);
}

/** Of one certificate for all stores and of who has signed it, in PEM; nobody has the key to sign another. */
export async function storeCertificate(app: App): Promise<{ ca: string; server: string }> {
  const stores = Object.values(asDeployed(app).services).flatMap(({ definition }) =>
    Object.values(definition.stores ?? {}).map(({ host }) => host ?? ""),
  );
  const names = [...new Set(stores), "localhost", "127.0.0.1"];
  const nowMs = Date.now();
  // A clock that is a little behind shall not refuse what was made now.
  const dates = { fromMs: nowMs - dayMs, toMs: nowMs + validDays * dayMs };
  return await createTrustedCertificate(names, dates);
}

/** New ones at each start. */
async function writeCertificates(app: App, folder: string) {
  const { ca, server } = await storeCertificate(app);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const caFile = join(folder, `${app.name}-ca.pem`);
  const serverFile = join(folder, `${app.name}-stores.pem`);
  for (const [file, text] of [
    [caFile, ca],
    [serverFile, server],
  ] as const) {
    // Replaced, not overwritten: an older file may be readable by others.
    rmSync(file, { force: true });
    writeFileSync(file, text, { mode: 0o600 });
  }
  return { caFile, serverFile };
}
