import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { startApp, type TestApp } from "@faultline/service/testing";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";

let app: TestApp;
beforeAll(async () => {
  app = await startApp("hotel");
});
afterAll(() => app?.close());

const stay = "inDate=2015-04-09&outDate=2015-04-10";
const user = "username=Cornell_1&password=1111111111";
const empty = '{"features":[],"type":"FeatureCollection"}\n';
const booked = '{"message":"Reserve successfully!"}\n';
const loggedIn = '{"message":"Login successfully!"}\n';

async function dial(): Promise<Socket> {
  const { hostname, port } = new URL(app.url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  return socket;
}

/** Sends a request line with a `Host` header and nothing else, and reads one answer with a length. */
async function ask(socket: Socket, method: string, target: string): Promise<[number, string]> {
  socket.write(`${method} ${target} HTTP/1.1\r\nHost: ${new URL(app.url).host}\r\n\r\n`);
  let received = "";
  for (;;) {
    const [chunk] = await once(socket, "data");
    received += chunk;
    const [head = "", body] = received.split("\r\n\r\n");
    const length = Number(/^content-length: (\d+)$/im.exec(head)?.[1]);
    if (body !== undefined && Buffer.byteLength(body) >= length) {
      return [Number(head.split(" ")[1]), body];
    }
  }
}

const origin = "http://localhost:5000";

test.each([
  ["an absolute target", "GET", `${origin}/hotels?${stay}&lat=0&lon=0`, empty],
  ["another host", "GET", `http://somewhere.example/hotels?${stay}&lat=0&lon=0`, empty],
  ["a scheme in capitals", "GET", `HTTP://localhost:5000/hotels?${stay}&lat=0&lon=0`, empty],
  ["a plain path", "GET", `/hotels?${stay}&lat=0&lon=0`, empty],
  ["an encoded path", "GET", `${origin}/%68otels?${stay}&lat=0&lon=0`, empty],
  [
    "encoded names and values",
    "GET",
    `${origin}/hotels?in%44ate=2015%2D04-09&outDate=2015-04-10&lat=0&lon=%30`,
    empty,
  ],
  ["a POST without a length", "POST", `${origin}/user?${user}`, loggedIn],
  ["the first of two values", "POST", `${origin}/user?${user}&password=x`, loggedIn],
  ["pairs that do not decode", "POST", `${origin}/user?a=%zz&b=1;2&${user}`, loggedIn],
  [
    "a place that is nil",
    "POST",
    `${origin}/reservation?${stay}&lat=nil&lon=nil&hotelId=1&customerName=Cornell_1&${user}&number=1`,
    booked,
  ],
  [
    "a plus for a space",
    "GET",
    `${origin}/reservation?${stay}&hotelId=1&customerName=A+B&${user}&number=1`,
    booked,
  ],
])("%s is understood", async (_what, method, target, body) => {
  expect(await ask(await dial(), method, target)).toEqual([200, body]);
});

test("a connection serves one request after another, also after refusals", async () => {
  const socket = await dial();
  const statuses: number[] = [];
  for (const [method, target] of [
    ["GET", `${origin}/recommendations?require=price&lat=38&lon=-122`],
    ["GET", `${origin}/recommendations?require=cheap&lat=38&lon=-122`],
    ["POST", `${origin}/user?${user}`],
    ["POST", `${origin}/reservation?inDate=2015-4-9&outDate=2015-04-10`],
    ["GET", `${origin}/nothing`],
    ["GET", `${origin}/hotels?${stay}&lat=0&lon=0`],
  ] as const) {
    const [status] = await ask(socket, method, target);
    statuses.push(status);
  }

  expect(statuses).toEqual([200, 400, 200, 400, 404, 200]);
});

const noWrk = spawnSync("wrk", ["-v"]).error !== undefined;
if (noWrk) console.warn("wrk is not on PATH, so its test is left out: apt-get install wrk");

test.skipIf(noWrk)("wrk with a script in the original's style gets nothing but 200", async () => {
  const script = join(import.meta.dirname, "fixtures/mixed.lua");
  const wrk = spawn("wrk", ["-t", "2", "-c", "4", "-d", "1s", "-s", script, app.url]);
  const [output] = await Promise.all([text(wrk.stdout), once(wrk, "close")]);

  expect(output).toMatch(/ok [1-9]\d* other 0 sockets 0\n/);
});
