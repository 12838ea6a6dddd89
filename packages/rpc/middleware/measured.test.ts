import { Metrics } from "@faultline/telemetry/metrics";
import { prometheusText } from "@faultline/telemetry/prometheus";
import { expect, test } from "vitest";
import { unavailable } from "../errors.ts";
import { someCall } from "../some-call.ts";
import { measured } from "./measured.ts";

const fails = () => Promise.reject(unavailable("down"));

test("calls answered are counted by method and status", async () => {
  const metrics = new Metrics();
  const layer = measured(metrics);
  await layer(someCall(), async () => 1);
  await layer(someCall(), async () => 1);
  await layer(someCall(), fails).catch(() => {});

  const text = prometheusText(metrics);
  const labels = 'rpc_system_name="grpc",rpc_method="echo.Echo/Say"';
  expect(text).toContain(
    `rpc_server_call_duration_seconds_count{${labels},rpc_status_code="OK"} 2`,
  );
  expect(text).toContain(
    `rpc_server_call_duration_seconds_count{${labels},rpc_status_code="UNAVAILABLE"} 1`,
  );
});

test("calls made are counted by callee too", async () => {
  const metrics = new Metrics();
  await measured(metrics)(someCall({ kind: "client", peer: "geo" }), async () => 1);
  expect(prometheusText(metrics)).toMatch(
    /rpc_client_call_duration_seconds_count\{.*server_service_name="geo".*\} 1/,
  );
});

test("HTTP requests are counted by route and status", async () => {
  const metrics = new Metrics();
  const attributes = { "http.request.method": "GET", "http.route": "/hotels" };
  const outcome = { status: 400 };
  const call = someCall({ system: "http", name: "GET /hotels", attributes, outcome });
  await measured(metrics)(call, fails).catch(() => {});
  expect(prometheusText(metrics)).toContain(
    'http_server_request_duration_seconds_count{http_request_method="GET",http_route="/hotels",http_response_status_code="400"} 1',
  );
});

test("store operations are counted by operation, and an error passes through", async () => {
  const metrics = new Metrics();
  const attributes = { "db.operation.name": "find", "db.collection.name": "geo" };
  const call = someCall({ kind: "client", system: "mongodb", name: "find geo", attributes });
  await expect(measured(metrics)(call, fails)).rejects.toMatchObject({ code: "unavailable" });
  expect(prometheusText(metrics)).toContain(
    'db_client_operation_duration_seconds_count{db_system_name="mongodb",db_operation_name="find",db_collection_name="geo",error_type="UNAVAILABLE"} 1',
  );
});
