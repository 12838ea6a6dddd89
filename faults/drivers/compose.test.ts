import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { shop } from "../testing/shop.ts";
import { createComposeDriver } from "./compose.ts";

const startedAt = Date.parse("2026-01-01T12:00:00Z");
const signal = () => AbortSignal.timeout(20_000);

/** A project whose one container, geo, was made from these files, and what the driver keeps of it. */
function open({ files }: { files: string }) {
  const folder = mkdtempSync(join(tmpdir(), "project-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const labels = {
    "com.docker.compose.service": "geo",
    "com.docker.compose.project.config_files": files,
  };
  const container = {
    ...{ Id: "1", RestartCount: 0, Config: { Cmd: ["geo"], Env: [], Labels: labels } },
    State: { Status: "running", Pid: 7, StartedAt: new Date(startedAt).toISOString() },
    NetworkSettings: { Networks: {} },
  };
  writeFileSync(join(folder, "inspected"), JSON.stringify([container]));
  const engine = `#!/bin/sh\n[ "$1" = ps ] && echo 1 || cat ${folder}/inspected\n`;
  writeFileSync(join(folder, "docker"), engine, { mode: 0o755 });
  const change = join(folder, "changed-geo.json");
  const driver = createComposeDriver({
    ...{ topology: shop, project: "shop", files: [], passage: [] },
    ...{ directory: folder, dataDirectory: folder },
    environment: { PATH: `${folder}:${process.env.PATH}` },
  });
  return {
    driver,
    /** The file by which it was changed, written so long after the container was started. */
    keep(afterMs: number) {
      writeFileSync(change, "{}");
      utimesSync(change, (startedAt + afterMs) / 1_000, (startedAt + afterMs) / 1_000);
    },
    isKept: () => existsSync(change),
  };
}

test("a change that somebody has undone by hand leaves nothing", async () => {
  const { driver, keep, isKept } = open({ files: "/shop/compose.yaml" });
  keep(-5_000);

  expect(await driver.servers(signal())).toMatchObject([{ name: "geo", changed: false }]);

  expect(isKept()).toBe(false);
});

test.each([
  ["that is there", "/shop/compose.yaml,/data/changed-geo.json", -5_000],
  ["that somebody is about to make", "/shop/compose.yaml", 5_000],
])("a change %s is kept", async (_, files, afterMs) => {
  const { driver, keep, isKept } = open({ files });
  keep(afterMs);

  await driver.servers(signal());

  expect(isKept()).toBe(true);
});
