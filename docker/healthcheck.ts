#!/usr/bin/env node
import type { ReadyCheck } from "@faultline/launcher/ready/check";

// `healthcheck grpc 8083`: asks a server of this container once whether it is ready for work, and exits with 0 or 1.
// Without arguments it finds out what the container runs. A check runs every few seconds beside each service, so
// only what this one needs is loaded.
const deadlineMs = 2_500;
const kinds = ["grpc", "http", "thrift", "mongod", "memcached"] as const;
export type Kind = (typeof kinds)[number];

async function checkOf(kind: Kind, port: number): Promise<ReadyCheck> {
  const { tls, rpcTls } = await tlsOf(process.env);
  switch (kind) {
    case "grpc":
      return (await import("@faultline/launcher/ready/grpc")).grpcServes(port, rpcTls);
    case "http":
      return (await import("@faultline/launcher/ready/http")).httpAnswers(port, tls);
    case "thrift":
      return (await import("@faultline/launcher/ready/thrift")).thriftServes(port, rpcTls);
    case "mongod":
      return (await import("@faultline/launcher/ready/mongod")).mongodAnswers(port);
    case "memcached":
      return (await import("@faultline/launcher/ready/memcached")).memcachedAnswers(port);
  }
}

async function tlsOf(environment: NodeJS.ProcessEnv) {
  const { TLS, RPC_TLS_DIRECTORY } = environment;
  if (!TLS && !RPC_TLS_DIRECTORY) return {};
  const { readTls, readRpcTls } = await import("@faultline/config/tls");
  const tls = readTls(environment);
  return { tls, rpcTls: readRpcTls(RPC_TLS_DIRECTORY, tls) };
}

async function main([kindText, portText]: readonly string[]): Promise<number> {
  const kind = kinds.find((known) => known === kindText);
  const port = Number(portText);
  if (kindText !== undefined && (!kind || !(port > 0 && port < 65_536))) {
    console.error(`usage: healthcheck [${kinds.join("|")} PORT]`);
    return 2;
  }
  try {
    const asked = kind
      ? { kind, port }
      : await (await import("./what-runs.ts")).whatRuns(process.env.PORT);
    const ready = await checkOf(asked.kind, asked.port);
    await ready(AbortSignal.timeout(deadlineMs));
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : String(error));
    return 1;
  }
}

process.exit(await main(process.argv.slice(2)));
