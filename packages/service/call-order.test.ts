import { expect, test } from "vitest";
import { inStartOrder, isCircular, wavesOf } from "./call-order.ts";
import { defineApp } from "./define-app.ts";

const contract = { name: "Any", fullName: "shop.Any", methods: {} };

const shop = defineApp("shop", {
  door: { http: true, port: 1, calls: ["orders", "stock"] },
  orders: { contract, port: 2, calls: ["customers", "stock"] },
  customers: { contract, port: 3, calls: ["mail"] },
  mail: { contract, port: 4, calls: ["customers", "stock"] },
  stock: { contract, port: 5 },
});

test("each service comes in a wave after its callees, and those that call each other in the same", () => {
  expect(wavesOf(shop)).toEqual([["stock"], ["customers", "mail"], ["orders"], ["door"]]);
});

test("a callee that needs its caller is circular, others are not", () => {
  expect(isCircular(shop, "mail", "customers")).toBe(true);
  expect(isCircular(shop, "mail", "stock")).toBe(false);
  expect(isCircular(shop, "orders", "customers")).toBe(false);
});

test("what is at the end of the longest chain of callers is started first", () => {
  expect(inStartOrder(shop)).toEqual(["stock", "customers", "mail", "orders", "door"]);
});
