import { once } from "node:events";
import { readFileSync } from "node:fs";
import { request } from "node:https";
import { connect, type Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { silent } from "@faultline/telemetry/logger";
import { expect, onTestFinished, test } from "vitest";
import { Echo, echo, nothing } from "./echo-contract.ts";
import { dialGrpc } from "./grpc/client.ts";
import { startGrpcServer } from "./grpc/server.ts";
import { startHttpServer } from "./http/server.ts";
import { testCall } from "./test-call.ts";
import type { TlsOptions } from "./tls-options.ts";

const pem = (name: string) => readFileSync(new URL(`./fixtures/${name}.pem`, import.meta.url));

const tls: TlsOptions = {
  ca: pem("ca_cert"),
  cert: pem("server_cert"),
  key: pem("server_key"),
  serverName: "x.test.example.com",
};

const host = "127.0.0.1";

function start(options: TlsOptions | undefined) {
  return startGrpcServer({
    contract: Echo,
    handlers: echo(),
    service: "echo",
    log: silent,
    host,
    port: 0,
    tls: options,
  });
}

async function serve(options: TlsOptions | undefined) {
  const server = await start(options);
  onTestFinished(() => server.close());
  return [`${host}:${server.port}`];
}

function dial(addresses: readonly string[], options: TlsOptions | undefined) {
  const peer = { service: "test", peer: "echo" };
  const connection = dialGrpc({ contract: Echo, addresses, ...peer, tls: options });
  onTestFinished(() => connection.close());
  return connection.client;
}

test("calls go over TLS when both sides have it", async () => {
  const client = dial(await serve(tls), tls);
  await expect(client.say(nothing, testCall())).resolves.toEqual(nothing);
});

test("a suite that both allow is used, one that the server refuses is not", async () => {
  const aes256 = { ...tls, ciphers: "ECDHE-RSA-AES256-GCM-SHA384" };
  const chacha = { ...tls, ciphers: "ECDHE-RSA-CHACHA20-POLY1305" };
  const addresses = await serve(aes256);
  await expect(dial(addresses, aes256).say(nothing, testCall())).resolves.toEqual(nothing);
  await expect(dial(addresses, chacha).say(nothing, testCall())).rejects.toMatchObject({
    code: "unavailable",
  });
});

test("a client without TLS, or with another name in mind, gets no answer", async () => {
  const addresses = await serve(tls);
  const wrongName = { ...tls, serverName: "x.example.com" };
  for (const options of [undefined, wrongName]) {
    await expect(dial(addresses, options).say(nothing, testCall())).rejects.toMatchObject({
      code: "unavailable",
    });
  }
});

async function connectInSilence(port: number): Promise<Socket> {
  const socket = connect(port, host).on("error", () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, "connect");
  return socket.resume();
}

test("a server closes within its grace, though somebody has connected and never begun TLS", async () => {
  const server = await start(tls);
  const socket = await connectInSilence(server.port);
  await dial([`${host}:${server.port}`], tls).say(nothing, testCall());

  await server.close(20);

  await expect.poll(() => socket.closed).toBe(true);
});

function openDoor(options: TlsOptions) {
  return startHttpServer({
    handlers: {
      routes: [{ methods: ["GET"], path: "/hotels", handle: async () => ({ body: "hello" }) }],
      renderError: () => ({ status: 500, body: "" }),
    },
    service: "frontend",
    log: silent,
    host,
    port: 0,
    tls: options,
  });
}

test("a front door speaks HTTPS with the suite and version it is given", async () => {
  const suite = { ciphers: "TLS_AES_256_GCM_SHA384", minVersion: "TLSv1.3" } as const;
  const server = await openDoor({ ...tls, ...suite });
  onTestFinished(() => server.close());

  const answer = await get(server.port);

  expect(answer).toEqual({ body: "hello", cipher: "TLS_AES_256_GCM_SHA384", protocol: "TLSv1.3" });
});

test("a front door closes within its grace, though somebody has connected and never begun TLS", async () => {
  const server = await openDoor(tls);
  const socket = await connectInSilence(server.port);
  await get(server.port);

  await server.close(20);

  await expect.poll(() => socket.closed).toBe(true);
});

function get(port: number): Promise<{ body: string; cipher: string; protocol: string | null }> {
  return new Promise((resolve, reject) => {
    const options = { host, port, path: "/hotels", ca: tls.ca, servername: tls.serverName };
    const outgoing = request({ ...options, agent: false }, (response) => {
      const socket = response.socket as TLSSocket;
      const { name } = socket.getCipher();
      const protocol = socket.getProtocol();
      response.setEncoding("utf8");
      response.on("data", (body) => resolve({ body, cipher: name, protocol }));
    });
    outgoing.on("error", reject);
    outgoing.end();
  });
}
