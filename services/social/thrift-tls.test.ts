import { readFileSync } from "node:fs";
import { join } from "node:path";
import { testCall } from "@faultline/rpc/test-call";
import { dialThrift } from "@faultline/rpc/thrift/client";
import { startThriftServer } from "@faultline/rpc/thrift/server";
import type { TlsOptions } from "@faultline/rpc/tls-options";
import { protocolOf, type Service } from "@faultline/service/define-app";
import { silent } from "@faultline/telemetry/logger";
import { UniqueIdService } from "@faultline/thrift/social";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type Launched, launched } from "./launched-testing.ts";
import { social } from "./topology.ts";

const host = "127.0.0.1";
const table: Readonly<Record<string, Service>> = social.services;
const thriftServers = Object.values(table)
  .filter(({ definition }) => protocolOf(definition) === "thrift")
  .map((service) => service.host);

/** For the right name, but signed by somebody whom the application does not know. */
const ofOthers = certificatesIn(join(import.meta.dirname, "../../packages/rpc/fixtures"));

let app: Launched;

beforeAll(async () => {
  app = await launched({ SOCIAL_THRIFT_TLS: "requireTLS" });
  for (const id of ["1", "2"]) {
    const names = { first_name: "A", last_name: "B", username: `username_${id}` };
    await post("user/register", { ...names, password: "p", user_id: id });
  }
  await post("user/follow", { user_name: "username_2", followee_name: "username_1" });
}, 120_000);
afterAll(() => app?.close(), 60_000);

function certificatesIn(folder: string): TlsOptions {
  const pem = (name: string) => readFileSync(join(folder, `${name}.pem`));
  const [ca, cert, key] = [pem("ca_cert"), pem("server_cert"), pem("server_key")];
  return { ca, cert, key, serverName: "x.test.example.com" };
}

function ownCertificates(): TlsOptions {
  return certificatesIn(join(app.dataDirectory, "tls", "social-services"));
}

async function post(path: string, fields: Record<string, string>): Promise<[number, string]> {
  const body = new URLSearchParams(fields);
  const answer = await fetch(`${app.url}/wrk2-api/${path}`, { method: "POST", body });
  return [answer.status, await answer.text()];
}

function compose(text: string): Promise<[number, string]> {
  const author = { user_id: "1", username: "username_1", post_type: "0" };
  return post("post/compose", { ...author, text });
}

async function homeTimeline(user: string): Promise<unknown> {
  const page = `user_id=${user}&start=0&stop=10`;
  return (await fetch(`${app.url}/wrk2-api/home-timeline/read?${page}`)).json();
}

/** What that server says to a client that asks it for an id. */
async function askForId(server: string, tls?: TlsOptions): Promise<bigint> {
  const connection = dialThrift({
    contract: UniqueIdService,
    addresses: [`${host}:${app.ports.get(server)}`],
    service: "test",
    peer: server,
    tls,
  });
  onTestFinished(() => connection.close());
  return connection.client.composeUniqueId({ reqId: 1n, postType: 0 }, testCall());
}

test("posts with links and mentions are made and read", async () => {
  const [status] = await compose("hi @username_2, see http://a.b/c");

  expect(status).toBe(200);
  expect(await homeTimeline("2")).toEqual([
    expect.objectContaining({
      text: expect.stringMatching(/^hi @username_2, see http:\/\/short-url\//),
      creator: { user_id: "1", username: "username_1" },
      user_mentions: [{ user_id: "2", username: "username_2" }],
    }),
  ]);
});

test("the application's own certificates let a client in", async () => {
  expect(await askForId("unique-id-service", ownCertificates())).toBeGreaterThan(0n);
});

test.each(thriftServers)("%s refuses plain text", async (server) => {
  await expect(askForId(server)).rejects.toMatchObject({ code: "unavailable" });
});

test.each(thriftServers)(
  "a client who trusts another authority does not trust %s",
  async (server) => {
    await expect(askForId(server, ofOthers)).rejects.toMatchObject({ code: "unavailable" });
  },
);

// The last one here: nothing can be posted afterwards.
test("whoever takes a service's place with certificates of another authority is not asked", async () => {
  let calls = 0;
  await app.stop("unique-id-service");
  const impostor = await startThriftServer({
    contract: UniqueIdService,
    handlers: { composeUniqueId: async () => BigInt(++calls) },
    service: "unique-id-service",
    log: silent,
    host,
    port: app.ports.get("unique-id-service") ?? 0,
    tls: ofOthers,
  });
  onTestFinished(() => impostor.close());
  expect(await askForId("unique-id-service", ofOthers)).toBe(1n);

  const [status] = await compose("of nobody");

  expect(status).toBe(500);
  expect(calls).toBe(1);
}, 60_000);
