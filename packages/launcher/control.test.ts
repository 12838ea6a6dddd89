import { request } from "node:http";
import { expect, test } from "vitest";
import { serveControl } from "./control.ts";
import { childOf, fixture, startAll } from "./test-launch.ts";

async function controlled() {
  const { launch } = await startAll([await fixture("geo")]);
  const control = await serveControl({ app: "hotel", launch, port: 0 });
  return { launch, control };
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
  await control.close();

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
  await control.close();

  expect(statuses).toEqual([403, 403, 200]);
});

test("what is not there is answered with 404", async () => {
  const { control } = await controlled();

  const response = await fetch(`${control.url}/api/secrets`);
  await control.close();

  expect(response.status).toBe(404);
});
