import { expect, test } from "vitest";
import { entryOf } from "./catalogue.ts";
import { factsFor } from "./facts-for.ts";
import { type Fault, valuesOf } from "./fault.ts";
import { topologies } from "./generate.ts";
import { geoWrongPort } from "./geo-wrong-port.ts";
import { mongoRequiresTls } from "./mongo-requires-tls.ts";
import { redeployKeepsVolume } from "./redeploy-keeps-volume.ts";
import { targetPort } from "./target-port.ts";
import { shop } from "./testing/shop.ts";
import type { Topology } from "./topology.ts";

const links: Topology = {
  name: "links",
  services: {
    "url-shorten-service": {
      definition: {
        port: 1,
        stores: { mongo: { database: "url", host: "url-shorten-mongodb", port: 2 } },
      },
    },
  },
};

/** The facts of a fault for the defaults of an application. */
const factsIn = (topology: Topology, fault: Fault) =>
  factsFor(fault, valuesOf(fault, {}, topology), topology);

test("a default is the first name that the application has, and the facts are of that target", () => {
  expect(factsIn(shop, mongoRequiresTls).localisation).toEqual(["mongodb-profile", "profile"]);
  expect(factsIn(links, mongoRequiresTls)).toMatchObject({
    localisation: ["url-shorten-mongodb", "url-shorten-service"],
    blast: { share: 0.1 },
    signs: { log: { server: "url-shorten-mongodb", says: /only allow SSL connections/ } },
  });
});

test("an application that has none of the names, or not what a fault is about, is told so", () => {
  const empty = { name: "empty", services: {} };

  expect(() => valuesOf(mongoRequiresTls, {}, empty)).toThrow("empty has no database profile");
  expect(() => valuesOf(geoWrongPort, {}, links)).toThrow("is about geo, which links has not");
});

test("AIOpsLab's problems are those of the target", () => {
  const { aiopslab, targets } = entryOf(targetPort, topologies);

  expect(aiopslab).toBeUndefined();
  expect(
    targets.map(({ values, aiopslab }) => [values.server, aiopslab?.problems[0], values.port]),
  ).toEqual([
    ["user-service", "k8s_target_port-misconfig-detection-1", 9_999],
    ["text-service", "k8s_target_port-misconfig-detection-2", 9_999],
    ["post-storage-service", "k8s_target_port-misconfig-detection-3", 9_999],
  ]);
});

test("where nothing can be chosen there is one target in each application, and AIOpsLab's problems are of one", () => {
  const { application, localisation, aiopslab, targets } = entryOf(redeployKeepsVolume, topologies);

  expect(application).toBe("hotel");
  expect(localisation).toContain("mongodb-geo");
  expect(aiopslab?.problems).toContain("redeploy_without_PV-detection-1");
  expect(targets.map((target) => [target.application, target.aiopslab])).toEqual([
    ["social", undefined],
  ]);
  expect(targets[0]?.localisation).toContain("user-mongodb");
});
