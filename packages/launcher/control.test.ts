import { readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { type Control, serveControl } from "./control.ts";
import { Operations } from "./operations.ts";
import { childOf, fixture, startAll } from "./test-launch.ts";

const controls: Control[] = [];
afterEach(async () => {
  await Promise.all(controls.splice(0).map((control) => control.close()));
});

async function controlled() {
  const { launch } = await startAll([await fixture("geo")]);
  const control = await serveControl({ dataDirectory: launch.dataDirectory, port: 0 });
  control.attach({ app: "hotel", launch, operations: new Operations(launch) });
  controls.push(control);
  const token = readFileSync(join(launch.dataDirectory.path, "control-token"), "utf8").trim();
  const authorization = `Bearer ${token}`;
  return { launch, control, authorization };
}

/** The status code for a request with headers that `fetch` would not let a caller set. */
function statusWith(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}/api/status`, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    outgoing.once("error", reject).end();
  });
}

test("the status names every server with its state, process and port", async () => {
  const { launch, control } = await controlled();

  const status = await (await fetch(`${control.url}/api/status`)).json();

  const { plan, pid } = childOf(launch, "geo");
  expect(status).toMatchObject({
    app: "hotel",
    servers: [{ name: "geo", state: "ready", pid, port: plan.port, restarts: 0, lastExit: null }],
  });
});

test("a page of another site is refused, by its origin and by the name that led it here", async () => {
  const { control } = await controlled();

  const statuses = await Promise.all([
    statusWith(control.url, { origin: "http://evil.example" }),
    statusWith(control.url, { host: "evil.example" }),
    statusWith(control.url, { origin: control.url }),
  ]);

  expect(statuses).toEqual([403, 403, 200]);
});

test("what is not there is answered with 404", async () => {
  const { control, authorization } = await controlled();
  const headers = { authorization };

  const answers = await Promise.all([
    fetch(`${control.url}/api/secrets`),
    fetch(`${control.url}/api/servers/moon/stop`, { method: "POST", headers }),
    fetch(`${control.url}/api/traces/0123`),
  ]);

  expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
});

test("nothing is changed without the token", async () => {
  const { launch, control } = await controlled();
  const stop = `${control.url}/api/servers/geo/stop`;

  const answers = await Promise.all([
    fetch(stop, { method: "POST" }),
    fetch(stop, { method: "POST", headers: { authorization: "Bearer guess" } }),
  ]);

  expect(answers.map(({ status }) => status)).toEqual([401, 401]);
  expect(childOf(launch, "geo").state).toBe("ready");
});

test("what was done on purpose is told to nobody without the token", async () => {
  const { control, authorization } = await controlled();
  const paths = ["/api/edges", "/api/faults"];
  const ask = (headers: Record<string, string>) =>
    Promise.all(paths.map((path) => fetch(`${control.url}${path}`, { headers })));

  expect((await ask({})).map(({ status }) => status)).toEqual([401, 401]);
  expect((await ask({ authorization }))[0]?.status).toBe(200);
});

test("a body that is too long, no JSON, of another type or unknown is refused with a reason", async () => {
  const { launch, control, authorization } = await controlled();
  const json = { "content-type": "application/json" };
  const post = async (body: string, headers: Record<string, string>) => {
    const url = `${control.url}/api/servers/geo/restart`;
    const answer = await fetch(url, {
      method: "POST",
      body,
      headers: { authorization, ...headers },
    });
    return answer.status;
  };

  expect(await post(`"${"x".repeat(5_000_000)}"`, json)).toBe(413);
  expect(await post("{", json)).toBe(400);
  expect(await post("{}", { "content-type": "text/plain" })).toBe(415);
  expect(await post('{"colour":1}', json)).toBe(400);
  expect(await post('{"port":"8083"}', json)).toBe(400);
  expect(await post('{"env":{"PATH=":"x"}}', json)).toBe(400);
  expect(childOf(launch, "geo").starts).toBe(1);
});

test("an operator stops a server and starts it again; the answer says how many shall and do run", async () => {
  const { control, authorization } = await controlled();
  const operate = async (verb: string) => {
    const url = `${control.url}/api/servers/geo/${verb}`;
    return (await fetch(url, { method: "POST", headers: { authorization } })).json();
  };

  expect(await operate("stop")).toMatchObject({ state: "stopped", desired: 0, available: 0 });
  expect(await operate("start")).toMatchObject({ state: "starting", desired: 1 });
});

test("the end of a server's log can be read", async () => {
  const { control } = await controlled();

  const answer = await fetch(`${control.url}/api/servers/geo/log?lines=1`);

  expect(await answer.json()).toEqual({ lines: ["mood good"] });
});

test("the data directory says where the API is, until it is closed", async () => {
  const { launch, control } = await controlled();
  const file = join(launch.dataDirectory.path, "control.json");

  expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ url: control.url, pid: process.pid });
  await control.close();
  expect(() => readFileSync(file)).toThrow(/ENOENT/);
});
