import { Launcher } from "@faultline/loadgen/social/check/launcher";
import { Stores } from "@faultline/loadgen/social/check/stores";
import { type App, defineApp } from "@faultline/service/define-app";
import { expect, onTestFinished, test } from "vitest";
import { storesOf } from "./store-plan.ts";
import { prepareStoreTls } from "./store-tls.ts";
import { freePort, machine, startAll, temporaryFolder } from "./test-launch.ts";

const contract = { name: "Any", fullName: "social.Any", methods: {} };

/** The stores that are checked, as the environment says. One database server is enough. */
async function runStores(environment: Record<string, string>) {
  const path = temporaryFolder();
  const mongo = async (host: string) => ({ database: "any", host, port: await freePort() });
  const redis = async (name: string) => ({ name, port: await freePort() });
  const app: App = defineApp("social", {
    home: {
      contract,
      port: 1,
      stores: { mongo: await mongo("post-storage-mongodb"), redis: await redis("home-timeline") },
    },
    user: { contract, port: 2, stores: { redis: await redis("user-timeline") } },
  });
  const tls = await prepareStoreTls(app, environment, path);
  const storeTls = new Map(tls ? [["social", tls]] : []);
  const settings = { machine, dataDirectory: { databasePath: () => temporaryFolder() }, storeTls };
  const { launch } = await startAll(
    Object.values(app.services).flatMap((service) => storesOf(service, settings).servers),
  );
  const servers = [...launch.children.values()].map(({ plan, state }) => ({ ...plan, state }));
  const url = servers.find(({ kind }) => kind === "mongod")?.url ?? "";
  const others = ["social-graph-mongodb", "user-timeline-mongodb"].map((name) => ({
    ...{ name, state: "ready", url },
  }));
  const stores = new Stores([...servers, ...others], new Launcher(path).caFile);
  onTestFinished(() => stores.close());
  return stores;
}

test.each([
  ["plain text", {}],
  ["TLS", { SOCIAL_MONGO_TLS: "requireTLS", SOCIAL_REDIS_TLS: "requireTLS" }],
])(
  "whoever checks what the stores hold finds those that speak %s",
  async (_what, environment) => {
    const stores = await runStores(environment);

    await stores.reach();
    expect(await stores.userTimeline(1)).toEqual([]);
    expect(await stores.inRedis("home", 1)).toEqual([]);
  },
  30_000,
);
