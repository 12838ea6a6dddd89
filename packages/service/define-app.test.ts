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

test("a service is called by its key, or by its host where it has another name", () => {
  const shop = defineApp("shop", {
    orders: { contract, port: 1, host: "order-service" },
    stock: { contract, port: 2 },
  });

  expect(Object.values(shop.services).map(({ name, host }) => [name, host])).toEqual([
    ["orders", "order-service"],
    ["stock", "stock"],
  ]);
  expect(() =>
    defineApp("shop", {
      orders: { contract, port: 1, host: "stock" },
      stock: { contract, port: 2 },
    }),
  ).toThrow(/stock is described in two ways/);
});

test("services share a store if they describe it alike, and one port may not have two", () => {
  const mongo = { database: "user", host: "user-mongodb", port: 3 };
  const user = { contract, port: 1, stores: { mongo } };
  const other = (change: object) => ({
    contract,
    port: 2,
    stores: { mongo: { ...mongo, ...change } },
  });

  defineApp("shop", { user, mention: other({}) });

  expect(() => defineApp("shop", { user, mention: other({ database: "users" }) })).toThrow(
    /user-mongodb is described in two ways/,
  );
  expect(() => defineApp("shop", { user, mention: other({ host: "mention-mongodb" }) })).toThrow(
    /mention-mongodb and user-mongodb both have port 3/,
  );
});
