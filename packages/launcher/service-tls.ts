import { join } from "node:path";
import { pemFiles, readRpcTls, serverName, type TlsConfig } from "@faultline/config/tls";
import { type App, protocolOf } from "@faultline/service/define-app";
import { certificateOf, writeSecrets } from "./certificate-files.ts";
import type { Environment } from "./machine.ts";
import { tlsModeOf, tlsVariable } from "./tls-mode.ts";

/** How an application's services speak TLS to each other, and where they find what they need for it. */
export interface ServiceTls {
  readonly directory: string;
  readonly tls: TlsConfig;
}

/** A service has one port, which speaks TLS or does not. */
const modes = ["disabled", "requireTLS"] as const;

export interface ServiceTlsSettings {
  readonly environment: Environment;
  /** The path of the data directory. */
  readonly dataDirectory: string;
  /** All services share a process: there is no network between them. */
  readonly allInOne?: boolean;
  readonly say: (line: string) => void;
}

/**
 * Reads `SOCIAL_THRIFT_TLS`, or `HOTEL_GRPC_TLS`, and makes fresh certificates in the data directory if it is set;
 * undefined if not, or if nobody would use them, which it says. Throws a `LaunchError` if the value is none of those
 * that there are.
 */
export async function prepareServiceTls(
  app: App,
  { environment, dataDirectory, allInOne, say }: ServiceTlsSettings,
): Promise<ServiceTls | undefined> {
  const wanted = protocolsWithTls(app, environment);
  if (wanted.length === 0) return undefined;
  if (allInOne) {
    const variables = wanted.map((protocol) => tlsVariable(app, protocol)).join(", ");
    say(`${variables} changes nothing: all in one, services call each other without a network.`);
    return undefined;
  }
  const directory = join(dataDirectory, "tls", `${app.name}-services`);
  writeSecrets(directory, await serviceCertificates(app));
  const tls = readRpcTls(directory, undefined);
  return tls && { directory, tls };
}

function protocolsWithTls(app: App, environment: Environment): string[] {
  const spoken = new Set(
    Object.values(app.services).map(({ definition }) => protocolOf(definition)),
  );
  return [...spoken]
    .filter((protocol) => protocol !== "http")
    .filter((protocol) => tlsModeOf(app, protocol, modes, environment) === "requireTLS");
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
