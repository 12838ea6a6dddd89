import { mongodTlsFlags, redisTlsFlags } from "@faultline/launcher/commands";
import { type App, databaseServer, redisServer, type Service } from "@faultline/service/define-app";
import { Document, visit } from "yaml";
import { tlsFiles, tlsFolders } from "../tls-files.ts";
import { type Block, harmless, ourImage, redisAnswers, redisCommand } from "./shared-blocks.ts";
import { variable } from "./variable.ts";

const { caFile, serverFile } = tlsFiles;
const trust = `tls-trust:${tlsFolders.trust}`;
const stores = `tls-stores:${tlsFolders.stores}`;
const services = `tls-services:${tlsFolders.services}`;
const redisPort = 6_379;
const flowTextMax = 100;

/** Whether all of an application's stores can speak TLS: not those that are set up by scripts which do not. */
export function canSpeakTls(app: App): boolean {
  return !Object.values(app.services).some(({ definition }) => definition.stores?.mongo?.auth);
}

/** A compose file that goes on top of the application's own, as text: databases, Redis and services speak TLS. */
export function tlsFile(app: App, path: string, own: string): string {
  const blocks = Object.assign(
    {},
    ...Object.values(app.services).map((line) => blocksOf(app, line)),
  );
  const volumes = { "tls-trust": {}, "tls-stores": {}, "tls-services": {} };
  const file = new Document(
    { services: { certificates: certificatesBlock(app), ...blocks }, volumes },
    { version: "1.1", aliasDuplicateObjects: false },
  );
  visit(file, {
    Seq(_, list) {
      list.flow = String(list).length < flowTextMax;
    },
  });
  file.commentBefore = [
    ` Rendered from services/${app.name}/topology.ts: change docker/compose, then npm run render.`,
    "",
    `   docker compose --file ${path} --file ${own} up    its databases, its Redis and its services speak TLS`,
  ].join("\n");
  return file.toString({ lineWidth: 120 });
}

/** It ends once the certificates are there. */
function certificatesBlock(app: App): Block {
  return {
    ...harmless,
    ...ourImage,
    command: ["certificates", app.name],
    // The volumes are root's; databases read in them as users of their own.
    user: "root",
    tmpfs: ["/tmp:size=16m"],
    mem_limit: "256m",
    volumes: [trust, stores, services],
    healthcheck: { disable: true },
  };
}

function blocksOf(app: App, { name, host, definition }: Service): Record<string, Block> {
  const { mongo, redis } = definition.stores ?? {};
  const database = mongo && databaseServer(name, mongo);
  const cache = redis && redisServer(redis);
  const ca = encodeURIComponent(caFile);
  const isCalledOrCalls = definition.contract !== undefined || definition.calls !== undefined;
  return {
    [host]: {
      environment: {
        ...(database ? { MONGO_URL: `mongodb://${database}:27017/?tls=true&tlsCAFile=${ca}` } : {}),
        ...(cache ? { REDIS_URL: `rediss://${cache}:${redisPort}`, REDIS_CA_FILE: caFile } : {}),
        ...(isCalledOrCalls ? { RPC_TLS_DIRECTORY: tlsFolders.services } : {}),
      },
      volumes: [
        ...(database || cache ? [`${trust}:ro`] : []),
        ...(isCalledOrCalls ? [`${services}:ro`] : []),
      ],
      ...afterCertificates,
    },
    ...(database ? { [database]: { ...databaseCommand(app), ...certified } } : {}),
    ...(cache ? { [cache]: { ...certifiedRedis, ...certified } } : {}),
  };
}

const afterCertificates = {
  depends_on: { certificates: { condition: "service_completed_successfully" } },
};

const certified = { volumes: [`${trust}:ro`, `${stores}:ro`], ...afterCertificates };

function databaseCommand(app: App): Block {
  const mode = variable(`${app.name.toUpperCase()}_MONGO_TLS`, "requireTLS");
  return {
    command: ["mongod", ...mongodTlsFlags({ mode, caFile, serverFile })],
    // Its health check speaks plain text, and then knows by the silence that somebody is there.
    environment: { TLS_ONLY: mode },
  };
}

const certifiedRedis = {
  command: redisCommand(...redisTlsFlags(redisPort, tlsFiles)),
  healthcheck: { test: ["CMD", ...redisAnswers("--tls", "--cacert", caFile)] },
};
