import { join } from "node:path";
import { pemFiles, readRpcTls, serverName, type TlsConfig } from "@faultline/config/tls";
import { type App, protocolOf } from "@faultline/service/define-app";
import { certificateOf, writeSecrets } from "./certificate-files.ts";
import type { Environment } from "./machine.ts";
import { tlsModeOf } from "./tls-mode.ts";

/** How an application's services speak TLS to each other, and where they find what they need for it. */
export interface ServiceTls {
  readonly directory: string;
  readonly tls: TlsConfig;
}

/** A service has one port, which speaks TLS or does not. */
const modes = ["disabled", "requireTLS"] as const;

/**
 * Reads `SOCIAL_THRIFT_TLS`, or `HOTEL_GRPC_TLS`, and makes fresh certificates in the data directory if it is set;
 * undefined if not. Throws a `LaunchError` if the value is none of those that there are.
 */
export async function prepareServiceTls(
  app: App,
  environment: Environment,
  dataDirectory: string,
): Promise<ServiceTls | undefined> {
  const spoken = new Set(
    Object.values(app.services).map(({ definition }) => protocolOf(definition)),
  );
  const wanted = [...spoken]
    .filter((protocol) => protocol !== "http")
    .map((protocol) => tlsModeOf(app, protocol, modes, environment));
  if (!wanted.includes("requireTLS")) return undefined;
  const directory = join(dataDirectory, "tls", `${app.name}-services`);
  writeSecrets(directory, await serviceCertificates(app));
  const tls = readRpcTls(directory, undefined);
  return tls && { directory, tls };
}

/** By the names of their files, what services need to speak TLS to each other: PEM texts. */
export async function serviceCertificates(app: App): Promise<Readonly<Record<string, string>>> {
  const hosts = Object.values(app.services).map(({ host }) => host);
  const { ca, server } = await certificateOf([serverName, ...hosts]);
  const keyAt = server.indexOf("-----BEGIN PRIVATE KEY-----");
  return {
    [pemFiles.ca]: ca,
    [pemFiles.cert]: server.slice(0, keyAt),
    [pemFiles.key]: server.slice(keyAt),
  };
}
