import { expect, test } from "vitest";
import { readServiceConfig } from "./service-config.ts";

const rate = {
  port: 8084,
  calls: new Map(),
  mongo: "mongodb-rate",
  memcached: "memcached-rate",
  redis: "rate-redis",
};
const search = { port: 8082, calls: new Map([["geo", "geo:8083"]]) };

test("without any variable a service finds its stores and callees by the names of the original", () => {
  expect(readServiceConfig(rate, {})).toMatchObject({
    port: 8084,
    host: "127.0.0.1",
    mongoUrl: "mongodb://mongodb-rate:27017",
    memcachedAddresses: ["memcached-rate:11211"],
    redisUrl: "redis://rate-redis:6379",
    memcachedTimeoutMs: 2_000,
    tls: undefined,
  });
  expect(readServiceConfig(search, {}).callees.get("geo")).toEqual(["geo:8083"]);
});

test("several replicas of a callee are a list with commas", () => {
  const config = readServiceConfig(search, { GEO_ADDRESS: "127.0.0.1:8083, 127.0.0.1:18083" });
  expect(config.callees.get("geo")).toEqual(["127.0.0.1:8083", "127.0.0.1:18083"]);
});

test("variables that Kubernetes makes of service names are not read", () => {
  const config = readServiceConfig(search, {
    GEO_PORT: "tcp://10.0.0.1:8083",
    SEARCH_PORT: "tcp://x",
  });
  expect(config.callees.get("geo")).toEqual(["geo:8083"]);
  expect(config.port).toBe(8082);
});

test("a malformed value is refused with its name and an example", () => {
  expect(() => readServiceConfig(rate, { PORT: "80x" })).toThrow(
    /PORT must be a whole number.*PORT=8083/,
  );
  expect(() => readServiceConfig(rate, { MEMCACHED_ADDRESS: "here" })).toThrow(/MEMCACHED_ADDRESS/);
  expect(() => readServiceConfig(rate, { OTEL_TRACES_SAMPLER: "often" })).toThrow(/always_on/);
});

test("a malformed database URL is refused without repeating the password in it", () => {
  expect(() => readServiceConfig(rate, { MONGO_URL: "mongo:admin:hunter2@x" })).toThrow(
    expect.not.objectContaining({ message: expect.stringContaining("hunter2") }),
  );
});

test("the original's sample ratio is understood, and OpenTelemetry's own variables come first", () => {
  expect(readServiceConfig(rate, {}).sampling).toEqual({
    sampler: "parentbased_traceidratio",
    ratio: 0.01,
  });
  expect(readServiceConfig(rate, { JAEGER_SAMPLE_RATIO: "7" }).sampling.ratio).toBe(1);
  expect(
    readServiceConfig(rate, { JAEGER_SAMPLE_RATIO: "1", OTEL_TRACES_SAMPLER: "always_off" })
      .sampling.sampler,
  ).toBe("always_off");
  expect(() => readServiceConfig(rate, { JAEGER_SAMPLE_RATIO: "-1" })).toThrow(
    /JAEGER_SAMPLE_RATIO/,
  );
});

test("log levels are those of the original: any case, empty means error, unknown means info", () => {
  expect(readServiceConfig(rate, { LOG_LEVEL: "WARNING" }).logLevel).toBe("warn");
  expect(readServiceConfig(rate, { LOG_LEVEL: "" }).logLevel).toBe("error");
  expect(readServiceConfig(rate, { LOG_LEVEL: "loud" }).logLevel).toBe("info");
});

test("a memcached time-out of 0 or nonsense is half a second", () => {
  expect(readServiceConfig(rate, { MEMC_TIMEOUT: "3" }).memcachedTimeoutMs).toBe(3_000);
  expect(readServiceConfig(rate, { MEMC_TIMEOUT: "0" }).memcachedTimeoutMs).toBe(500);
  expect(readServiceConfig(rate, { MEMC_TIMEOUT: "soon" }).memcachedTimeoutMs).toBe(500);
});
