import { join } from "node:path";
import { type App, asDeployed } from "@faultline/service/define-app";
import { certificateOf, writeSecrets } from "./certificate-files.ts";
import type { Environment } from "./machine.ts";
import { tlsModeOf } from "./tls-mode.ts";

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

/**
 * Reads `SOCIAL_MONGO_TLS` and `SOCIAL_REDIS_TLS`, and makes fresh certificates in the data directory if one is set;
 * undefined if neither is. Throws a `LaunchError` if a value is none of those that there are.
 */
export async function prepareStoreTls(
  app: App,
  environment: Environment,
  dataDirectory: string,
): Promise<StoreTls | undefined> {
  const mongo = tlsModeOf(app, "mongo", mongoModes, environment);
  const redis = tlsModeOf(app, "redis", redisModes, environment);
  if (mongo === "disabled" && redis === "disabled") return undefined;
  return { mongo, redis, ...(await writeCertificates(app, join(dataDirectory, "tls"))) };
}

/** Of one certificate for all stores and of who has signed it, in PEM; nobody has the key to sign another. */
export async function storeCertificate(app: App): Promise<{ ca: string; server: string }> {
  const stores = Object.values(asDeployed(app).services).flatMap(({ definition }) =>
    Object.values(definition.stores ?? {}).map(({ host }) => host ?? ""),
  );
  return await certificateOf(stores);
}

/** New ones at each start. */
async function writeCertificates(app: App, folder: string) {
  const { ca, server } = await storeCertificate(app);
  const [caName, serverName] = [`${app.name}-ca.pem`, `${app.name}-stores.pem`];
  writeSecrets(folder, { [caName]: ca, [serverName]: server });
  return { caFile: join(folder, caName), serverFile: join(folder, serverName) };
}
