import { X509Certificate } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type App, defineApp } from "@faultline/service/define-app";
import { expect, test } from "vitest";
import { planApps } from "./plan.ts";
import { prepareServiceTls } from "./service-tls.ts";
import { machine, temporaryFolder } from "./test-launch.ts";

const contract = { protocol: "thrift", name: "Any", fullName: "shop.Any", methods: {} } as const;
const app: App = defineApp("shop", {
  door: { http: true, port: 8_080, calls: ["cart"] },
  cart: { contract, host: "cart-service", port: 9_090, stores: { redis: { name: "c", port: 1 } } },
});
const wanted = { SHOP_THRIFT_TLS: "requireTLS" };

/** What is needed to prepare it in this folder, and what is said meanwhile. */
function preparing(environment: Record<string, string>, dataDirectory = temporaryFolder()) {
  const lines: string[] = [];
  return { environment, dataDirectory, lines, say: (line: string) => void lines.push(line) };
}

async function planned(environment: Record<string, string>) {
  const tls = await prepareServiceTls(app, preparing(environment));
  const servers = await planApps([app], {
    machine,
    dataDirectory: { databasePath: (server) => `/data/${server}` },
    replicas: new Map(),
    ...(tls ? { serviceTls: new Map([["shop", tls]]) } : {}),
  });
  const told = new Map(servers.map(({ name, command }) => [name, command.env.RPC_TLS_DIRECTORY]));
  return { tls, told, door: servers.find(({ name }) => name === "door") };
}

test("services that speak TLS to each other are told where their certificates are, and stores are not", async () => {
  const { tls, told, door } = await planned(wanted);

  expect(tls).toBeDefined();
  expect([told.get("cart-service"), told.get("door")]).toEqual([tls?.directory, tls?.directory]);
  expect(told.get("c-redis")).toBeUndefined();
  // Browsers and workloads find it as ever.
  expect(door?.url).toBe("http://127.0.0.1:8080");
});

test("without a word about it, services have no certificates", async () => {
  const { tls, told } = await planned({ SHOP_THRIFT_TLS: "disabled", SHOP_GRPC_TLS: "requireTLS" });

  expect(tls).toBeUndefined();
  expect(told.get("cart-service")).toBeUndefined();
});

test("the certificate is for the services' names and this machine, and only this user can read its key", async () => {
  const { tls } = await planned(wanted);
  const file = (name: string) => join(tls?.directory ?? "", name);
  const certificate = new X509Certificate(readFileSync(file("server_cert.pem")));
  const authority = new X509Certificate(readFileSync(file("ca_cert.pem")));

  expect(certificate.checkIssued(authority)).toBe(true);
  expect(certificate.checkHost("cart-service")).toBe("cart-service");
  expect(certificate.checkIP("127.0.0.1")).toBe("127.0.0.1");
  expect(statSync(file("server_key.pem")).mode & 0o777).toBe(0o600);
  expect(readFileSync(file("server_cert.pem"), "utf8")).not.toContain("KEY");
});

test("each start has a new key", async () => {
  const folder = temporaryFolder();
  const keys: unknown[] = [];
  for (let start = 0; start < 2; start++) {
    keys.push((await prepareServiceTls(app, preparing(wanted, folder)))?.tls.key.toString());
  }

  expect(keys[1]).not.toEqual(keys[0]);
});

test("a mode that there is not is refused with those that there are", async () => {
  const preparation = preparing({ SHOP_THRIFT_TLS: "on" }, "/nowhere");
  const refused = "SHOP_THRIFT_TLS=on: it must be one of disabled, requireTLS.";

  await expect(prepareServiceTls(app, preparation)).rejects.toThrow(refused);
  await expect(prepareServiceTls(app, { ...preparation, allInOne: true })).rejects.toThrow(refused);
});

test("where all services share a process no certificates are made, and the user is told why", async () => {
  const preparation = preparing(wanted);

  expect(await prepareServiceTls(app, { ...preparation, allInOne: true })).toBeUndefined();

  expect(existsSync(join(preparation.dataDirectory, "tls"))).toBe(false);
  expect(preparation.lines).toEqual([
    "SHOP_THRIFT_TLS changes nothing: all in one, services call each other without a network.",
  ]);
});

test("where nobody asked for TLS nothing is said of it", async () => {
  const preparation = preparing({ SHOP_THRIFT_TLS: "disabled" });

  await prepareServiceTls(app, { ...preparation, allInOne: true });

  expect(preparation.lines).toEqual([]);
});
