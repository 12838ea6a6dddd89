import { expect, test } from "vitest";
import { runningOf } from "./what-runs.ts";

test.each([
  [["node", "services/hotel/geo/main.ts"], { kind: "grpc", port: 8083 }],
  [["node", "services/hotel/frontend/main.ts"], { kind: "http", port: 5000 }],
  [["node", "packages/service/all-in-one.ts", "hotel"], { kind: "http", port: 5000 }],
  [["node", "/app/packages/mongod/bin/mongod.mjs", "--auth"], { kind: "mongod", port: 27_017 }],
  [["node", "/app/packages/mongod/bin/mongod.mjs", "--port", "9"], { kind: "mongod", port: 9 }],
])("a container that runs %j is asked as %j", async (line, running) => {
  expect(await runningOf(line, undefined)).toEqual(running);
});

test("a port of the environment is where a service is asked", async () => {
  const { port } = await runningOf(["node", "services/hotel/geo/main.ts"], "9000");

  expect(port).toBe(9000);
});

test("of a program that is none of ours no health is known", async () => {
  await expect(runningOf(["sleep", "1"], undefined)).rejects.toThrow(
    "no health is known of: sleep 1",
  );
});
