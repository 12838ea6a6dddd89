import { expect, test } from "vitest";
import { apps } from "./apps.ts";
import { planApps } from "./plan.ts";
import { machine as realMachine } from "./test-launch.ts";

const { mongod: _, ...machine } = realMachine;

async function gatewayOf(names: readonly string[], environment = machine.environment) {
  const servers = await planApps(
    names.flatMap((name) => apps[name]?.app ?? []),
    {
      machine: { ...machine, environment },
      dataDirectory: { databasePath: (server: string) => `/data/${server}` },
      replicas: new Map(),
      portBase: 31_000,
    },
  );
  const at = (name: string) => servers.find((server) => server.name === name);
  return { env: at("nginx-thrift")?.command.env, media: at("media-frontend")?.port };
}

test("a front door finds its neighbour by itself where both have their ports", async () => {
  const { env } = await gatewayOf(["social"]);
  expect(env).not.toHaveProperty("MEDIA_FRONTEND_URL");
});

test("a front door is told of a neighbour that gave way to another application", async () => {
  const { env, media } = await gatewayOf(["hotel", "social"]);
  expect(media).not.toBe(31_081);
  expect(env?.MEDIA_FRONTEND_URL).toBe(`http://127.0.0.1:${media}`);
});

test("what the user says about front doors is what counts", async () => {
  const said = { MEDIA_FRONTEND_URL: "https://media.example.org", WRK2_API: "closed" };
  const { env } = await gatewayOf(["hotel", "social"], { ...machine.environment, ...said });
  expect(env).toMatchObject(said);
});
