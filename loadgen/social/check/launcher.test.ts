import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { randomOf } from "../../random.ts";
import { openDoor } from "../../testing.ts";
import { Launcher } from "./launcher.ts";
import { makeTrouble } from "./trouble.ts";

/** A launcher that answers so to whoever wants something killed. */
async function answering(status: number): Promise<Launcher> {
  const folder = mkdtempSync(join(tmpdir(), "launcher-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const url = await openDoor(async () => ({ status, body: '{"error":"because"}' }));
  writeFileSync(join(folder, "control.json"), JSON.stringify({ url }));
  writeFileSync(join(folder, "control-token"), "secret\n");
  return new Launcher(folder);
}

test("a server that was killed counts, and one that does not run does not", async () => {
  expect(await (await answering(200)).kill("text-service")).toBe(true);
  expect(await (await answering(409)).kill("text-service")).toBe(false);
});

test("a launcher that does not kill ends the check", async () => {
  const refused = (await answering(401)).kill("text-service");

  await expect(refused).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining("does not kill text-service: status 401"),
  });
});

test("trouble begins at once, and only what was killed is counted", async () => {
  const until = new AbortController();
  const asked: string[] = [];
  const running = {
    servers: async () => ["a", "b"].map((name) => ({ name, state: "ready", url: "" })),
    async kill(server: string) {
      asked.push(server);
      if (asked.length === 2) until.abort();
      return asked.length === 1;
    },
  };

  const killed = await makeTrouble(running, randomOf(1, 0), until.signal);

  expect(asked.sort()).toEqual(["a", "b"]);
  expect(killed).toHaveLength(1);
});
