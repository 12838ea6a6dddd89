import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startApp, type TestApp } from "@faultline/service/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { crookedDoor, openDoor, run, start } from "./testing.ts";

const folder = mkdtempSync(join(tmpdir(), "load-"));
const short = ["--rate", "100", "--duration", "500ms"];
let app: TestApp;
beforeAll(async () => {
  app = await startApp("hotel");
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await app?.close();
});

const noHotels = { status: 200, body: '{"features":[],"type":"FeatureCollection"}\n' };

test("against a right application every answer is right, and the reports say so", async () => {
  const [json, html] = [join(folder, "right.json"), join(folder, "right.html")];
  const { code, stdout } = await run(
    "cli.ts",
    ...["hotel", "--url", app.url, ...short, "--warmup", "200ms", "-D", "exp"],
    ...["--json", json, "--html", html],
  );

  expect(stdout).toMatch(/all +\d+ +\d+ +0 +0 /);
  expect(code).toBe(0);
  const report = JSON.parse(readFileSync(json, "utf8"));
  const { asked, ok } = report.total;
  expect(report).toMatchObject({ app: "hotel", rateHeld: true, notStarted: 0, wrongAnswers: [] });
  expect([asked, ok]).toEqual([report.arrivals, report.arrivals]);
  expect(Object.keys(report.operations)).toEqual(["search", "recommend", "login", "reserve"]);
  const page = readFileSync(html, "utf8");
  expect(page.match(/<svg/g)).toHaveLength(3);
  expect(page).not.toMatch(/<script|<link|<img|src=|url\(/);
});

test("a wrong answer makes the load fail, and is named", async () => {
  const url = await crookedDoor(app.url, (answer, target) =>
    target.includes("require=price") ? noHotels : answer,
  );

  const { code, stdout } = await run("cli.ts", "--url", url, ...short);

  expect(code).toBe(1);
  expect(stdout).toMatch(/recommend \(request \d+\): hotel 2 is missing/);
  expect(stdout).toMatch(/GET \/recommendations\?require=price&lat=/);
  expect(stdout).toMatch(/NOT GOOD: \d+ wrong answers/);
});

test("a wrong answer while warming up makes the load fail too", async () => {
  const url = await openDoor(async () => noHotels);

  const { code, stdout } = await run(
    ...(["cli.ts", "--url", url, "--warmup", "500ms", "--duration", "0.1s"] as const),
  );

  expect(code).toBe(1);
  expect(stdout).toContain("wrong answers");
});

test("failed requests are counted by kind and make the load fail, unless they are allowed", async () => {
  const body = "rpc error: code = Unavailable desc = no connection\n";
  const url = await openDoor(async () => ({ status: 500, body }));

  const [forbidden, allowed] = await Promise.all([
    run("cli.ts", "--url", url, ...short),
    run("cli.ts", "--url", url, ...short, "--allow-failures"),
  ]);

  expect([forbidden.code, allowed.code]).toEqual([4, 0]);
  expect(allowed.stdout).toMatch(/http 500 Unavailable +50\n/);
});

test("requests that no connection is free for are not started, and the rate is not held", async () => {
  const url = await openDoor(async () => undefined);

  const { code, stdout } = await run(
    ...(["cli.ts", "--url", url, ...short, "-c", "3"] as const),
    ...["--deadline", "700ms", "--allow-failures"],
  );

  expect(code).toBe(3);
  expect(stdout).toMatch(/timeout +3\n/);
  expect(stdout).toContain("47 of 50 requests not started");
});

test("Ctrl-C ends a run, which reports what it has got so far", async () => {
  const load = start("cli.ts", "--url", app.url, "--rate", "20", "--duration", "1h");
  await load.said("of 3600 s");
  load.kill("SIGINT");

  const { code, stdout } = await load.ended;

  expect(code).toBe(130);
  expect(stdout).toMatch(/all +\d+ +\d+ +0 +0 /);
  expect(stdout).toContain("stopped before the end");
});

test("a second Ctrl-C does not wait for answers", async () => {
  const url = await openDoor(async () => undefined);
  const load = start(
    "cli.ts",
    "--url",
    url,
    "--rate",
    "20",
    "--duration",
    "1h",
    "--deadline",
    "1h",
  );
  await load.said("of 3600 s");
  load.kill("SIGINT");
  // The second would be lost in the first, were they sent at once.
  await load.said("waiting for");
  load.kill("SIGINT");

  const { stdout } = await load.ended;

  expect(stdout).toMatch(/interrupted +\d+\n/);
});

test("without an application there is one sentence", async () => {
  const { code, stderr } = await run("cli.ts", "--url", "http://127.0.0.1:1");

  expect(code).toBe(2);
  expect(stderr).toBe(
    "Nobody listens at http://127.0.0.1:1. Is the application running (npm start)?\n",
  );
});

test("a wrong command line ends with its own exit code", async () => {
  const { code, stderr } = await run("cli.ts", "--rate", "0");

  expect(code).toBe(2);
  expect(stderr).toContain("It must be a number from 0.01 to 100000.");
});

test("the k6 script asks and judges as the load does", async () => {
  const { code, stdout, stderr } = await run(
    ...(["k6-stand-in/run.ts", "hotel.ts", "200", `BASE_URL=${app.url}`] as const),
  );

  expect(stderr).toBe("");
  expect(code).toBe(0);
  expect(stdout).toContain("200 requests, 0 failed, 0 not started, 0 wrong");
  expect(stdout).toMatch(/search +p50 \d+\.\d ms, p99 \d+\.\d ms, all right/);
});

test("the k6 script fails and names wrong answers", async () => {
  const url = await crookedDoor(app.url, (answer, target) =>
    target.startsWith("/hotels") ? noHotels : answer,
  );

  const { code, stdout, stderr } = await run(
    ...(["k6-stand-in/run.ts", "hotel.ts", "100", `BASE_URL=${url}`] as const),
  );

  expect(code).toBe(99);
  expect(stderr).toMatch(
    /wrong answer to search \(request \d+\): hotel \d+ is missing, and no booking explains it/,
  );
  expect(stderr).toContain("threshold broken: wrong_answers: count==0");
  expect(stdout).toMatch(/search .* \d+ WRONG ANSWERS/);
  expect(stdout).toMatch(/recommend .* all right/);
});

test("the k6 script fails when requests fail", async () => {
  const { code, stdout, stderr } = await run(
    ...(["k6-stand-in/run.ts", "hotel.ts", "5", "BASE_URL=http://127.0.0.1:1"] as const),
  );

  expect(code).toBe(99);
  expect(stderr).toContain("threshold broken: http_req_failed: rate==0");
  expect(stdout).toContain("5 requests, 5 failed, 0 not started, 0 wrong");
});
