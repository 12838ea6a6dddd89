import type { Contract } from "@faultline/rpc/service";
import { expect, test } from "vitest";
import { defineApp } from "./define-app.ts";

const contract: Contract = { name: "Any", fullName: "any.Any", methods: {} };

test("every line of a table becomes a service that knows its name and its application", () => {
  const app = defineApp("inn", {
    geo: { contract, port: 1 },
    search: { contract, port: 2, calls: ["geo"] },
  });
  expect(app.services.search).toMatchObject({
    app: "inn",
    name: "search",
    definition: { calls: ["geo"] },
  });
});

test("two servers with one port are refused, stores included", () => {
  expect(() => defineApp("inn", { a: { contract, port: 1 }, b: { contract, port: 1 } })).toThrow(
    "inn: b and a both have port 1",
  );
  const stores = { mongo: { database: "a-db", port: 1 } };
  expect(() => defineApp("inn", { a: { contract, port: 1, stores } })).toThrow(/mongodb-a and a/);
});

test("a callee that does not exist, or speaks no RPC, is refused", () => {
  expect(() => defineApp("inn", { a: { contract, port: 1, calls: ["b"] } })).toThrow(/a calls b/);
  expect(() =>
    defineApp("inn", { a: { contract, port: 1, calls: ["b"] }, b: { http: true, port: 2 } }),
  ).toThrow(/a calls b/);
});

test("a service speaks either a contract or HTTP", () => {
  expect(() => defineApp("inn", { a: { port: 1 } })).toThrow(/either a contract or http: true/);
  expect(() => defineApp("inn", { a: { contract, http: true, port: 1 } })).toThrow(/either/);
});
