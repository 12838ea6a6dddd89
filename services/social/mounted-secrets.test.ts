import { join } from "node:path";
import { mountSecret } from "@faultline/config/mounted-secret-testing";
import { readRpcTls } from "@faultline/config/tls";
import { createTrustedCertificate } from "@faultline/faults/certificate";
import { testCall } from "@faultline/rpc/test-call";
import { dialThrift } from "@faultline/rpc/thrift/client";
import type { TlsOptions } from "@faultline/rpc/tls-options";
import { ChildServer, freePort } from "@faultline/stores/testing/child-server";
import { startMongod } from "@faultline/stores/testing/mongod-server";
import { UrlShortenService } from "@faultline/thrift/social";
import { expect, onTestFinished, test } from "vitest";

const program = join(import.meta.dirname, "url-shorten/main.ts");
const dayMs = 86_400_000;

/** A new certificate and who has signed it, under the keys of `kubernetes.io/tls`, and as `mongodb-tls` has them. */
async function newSecret(...names: string[]) {
  const dates = { fromMs: Date.now() - dayMs, toMs: Date.now() + dayMs };
  const { ca, server } = await createTrustedCertificate([...names, "127.0.0.1"], dates);
  const keyAt = server.indexOf("-----BEGIN PRIVATE KEY-----");
  return {
    forServices: {
      "ca.crt": ca,
      "tls.crt": server.slice(0, keyAt),
      "tls.key": server.slice(keyAt),
    },
    forMongo: { "ca.crt": ca, "tls.pem": server },
  };
}

function mounted(texts: Readonly<Record<string, string>>) {
  const secret = mountSecret(texts);
  onTestFinished(() => secret.remove());
  return secret;
}

async function startUrlShorten(variables: Readonly<Record<string, string>>): Promise<ChildServer> {
  const port = await freePort();
  const told = { ...variables, HOST: "127.0.0.1", PORT: `${port}` };
  const settings = Object.entries(told).map(([name, value]) => `${name}=${value}`);
  const server = new ChildServer("env", [...settings, process.execPath, program], port);
  onTestFinished(() => server.kill());
  await server.start();
  return server;
}

async function shorten(address: string, tls: TlsOptions | undefined): Promise<string[]> {
  const service = { contract: UrlShortenService, service: "test", peer: "url-shorten-service" };
  const connection = dialThrift({ ...service, addresses: [address], tls });
  onTestFinished(() => connection.close());
  const request = { reqId: 1n, urls: ["http://example.org/"] };
  const urls = await connection.client.composeUrls(request, testCall({ withinMs: 20_000 }));
  return urls.map(({ expandedUrl }) => expandedUrl);
}

test("a service and its database take their certificates from mounted secrets, and new ones when they start again", async () => {
  const secret = await newSecret("x.test.example.com");
  const [services, mongo] = [mounted(secret.forServices), mounted(secret.forMongo)];
  const file = (name: string) => join(mongo.directory, name);
  const mongod = await startMongod(
    ...["--tlsMode", "requireTLS", "--tlsCertificateKeyFile", file("tls.pem")],
    ...["--tlsCAFile", file("ca.crt"), "--tlsAllowConnectionsWithoutCertificates"],
  );
  const server = await startUrlShorten({
    MONGO_URL: `mongodb://${mongod.address}/?tls=true&tlsCAFile=${encodeURIComponent(file("ca.crt"))}`,
    RPC_TLS_DIRECTORY: services.directory,
  });
  const before = readRpcTls(services.directory, undefined);
  await expect(shorten(server.address, before)).resolves.toEqual(["http://example.org/"]);
  await expect(shorten(server.address, undefined)).rejects.toMatchObject({ code: "unavailable" });

  const renewed = await newSecret("x.test.example.com");
  services.change(renewed.forServices);
  mongo.change(renewed.forMongo);
  for (const process of [mongod, server]) {
    await process.kill();
    await process.start();
  }

  const after = readRpcTls(services.directory, undefined);
  await expect(shorten(server.address, after)).resolves.toEqual(["http://example.org/"]);
  await expect(shorten(server.address, before)).rejects.toMatchObject({ code: "unavailable" });
}, 60_000);
