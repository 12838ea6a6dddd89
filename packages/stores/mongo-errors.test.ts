import { MongoNetworkError } from "mongodb";
import { expect, test } from "vitest";
import { toStoreError } from "./mongo-errors.ts";

const withCode = (code: string) => Object.assign(new Error("socket"), { code });

test("a lost connection is unavailable, whether the driver has wrapped the socket's error or not", () => {
  const lost = [
    new MongoNetworkError("read ECONNRESET"),
    withCode("ECONNRESET"),
    withCode("EPIPE"),
    withCode("ERR_STREAM_WRITE_AFTER_END"),
  ];

  const codes = lost.map((error) => toStoreError(error, "mongodb-rate").code);

  expect(codes).toEqual(lost.map(() => "unavailable"));
});

test("what is none of these is internal, and keeps its cause", () => {
  const cause = withCode("ERR_INVALID_ARG_TYPE");

  expect(toStoreError(cause, "mongodb-rate")).toMatchObject({ code: "internal", cause });
});
