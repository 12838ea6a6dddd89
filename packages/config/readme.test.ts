import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { flagSettings } from "./flags.ts";
import { gatewaySettings } from "./gateway.ts";
import { loginSettings } from "./login.ts";
import { machineIdSettings } from "./machine-id.ts";
import { ownSettings, sharedSettings } from "./service-config.ts";

test("the README has one row for every setting, with its words and its example", () => {
  const facts = { port: 8083, calls: new Map() };
  const settings = Object.values({
    ...sharedSettings,
    ...flagSettings,
    ...gatewaySettings,
    ...loginSettings,
    ...machineIdSettings,
    ...ownSettings(facts),
  });
  const rows = settings.map(
    ({ variable, says, example }) => `| \`${variable}\` | ${says} | \`${example}\` |`,
  );
  const readme = readFileSync(join(import.meta.dirname, "README.md"), "utf8").split("\n");
  const table = readme.filter((line) => line.startsWith("| `"));

  const told = table.map((line) => `${line.split(" | ").slice(0, 3).join(" | ")} |`);

  expect(told.sort()).toEqual(rows.sort());
});
