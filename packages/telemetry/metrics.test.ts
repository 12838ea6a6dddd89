import { expect, onTestFinished, test } from "vitest";
import { Metrics } from "./metrics.ts";
import { startMetricsServer } from "./metrics-server.ts";
import { prometheusText } from "./prometheus.ts";
import { observeRuntime } from "./runtime-metrics.ts";

test("a histogram is told in Prometheus' cumulative buckets, with sum and count", () => {
  const metrics = new Metrics();
  const series = metrics.duration("rpc.server.call.duration", "Duration.").with({ a: "b" });
  for (const seconds of [0.0001, 0.003, 0.003, 99]) series.record(seconds);

  const lines = prometheusText(metrics).split("\n");

  const name = "rpc_server_call_duration_seconds";
  expect(lines).toContain(`# TYPE ${name} histogram`);
  expect(lines).toContain(`${name}_bucket{a="b",le="0.0005"} 1`);
  expect(lines).toContain(`${name}_bucket{a="b",le="0.005"} 3`);
  expect(lines).toContain(`${name}_bucket{a="b",le="10"} 3`);
  expect(lines).toContain(`${name}_bucket{a="b",le="+Inf"} 4`);
  expect(lines).toContain(`${name}_count{a="b"} 4`);
});

test("a value on a bound counts as within it", () => {
  const series = new Metrics().duration("x", "X.").with({});
  series.record(0.0005);
  expect(series.counts[0]).toBe(1);
});

test("names and values that Prometheus would not take are made such", () => {
  const metrics = new Metrics();
  metrics.duration("x", "X.").with({ "a.b": 'say "hi"\\\n' }).record(1);
  expect(prometheusText(metrics)).toContain(`x_seconds_count{a_b="say \\"hi\\"\\\\\\n"} 1`);
});

test("the same labels are the same series, and too many share one that says so", () => {
  const histogram = new Metrics().duration("x", "X.");
  expect(histogram.with({ a: "1" })).toBe(histogram.with({ a: "1" }));
  for (let i = 0; i < 2_000; i++) histogram.with({ a: String(i) });
  expect([...histogram.series].length).toBeLessThanOrEqual(1_001);
  expect(histogram.with({ a: "new" }).labels).toEqual({ otel_metric_overflow: "true" });
});

test("what the process and its runtime do is there from the first scrape on", () => {
  const metrics = new Metrics();
  onTestFinished(observeRuntime(metrics));
  const text = prometheusText(metrics);
  expect(text).toMatch(/^process_cpu_time_seconds_total\{cpu_mode="user"\} \d/m);
  expect(text).toMatch(/^process_memory_usage_bytes \d/m);
  expect(text).toMatch(/^v8js_memory_heap_used_bytes \d/m);
  expect(text).toMatch(/^nodejs_eventloop_utilization \d/m);
  expect(text).toMatch(/^nodejs_eventloop_delay_p99_seconds \d/m);
});

test("metrics are served on a port of their own, and nothing else is", async () => {
  const metrics = new Metrics();
  metrics.duration("x", "X.").with({}).record(1);
  const server = await startMetricsServer({ metrics, host: "127.0.0.1", port: 0 });
  onTestFinished(() => server.close());
  const url = `http://127.0.0.1:${server.port}`;
  const response = await fetch(`${url}/metrics`);
  expect(response.headers.get("content-type")).toContain("version=0.0.4");
  expect(await response.text()).toContain("x_seconds_count 1");
  expect((await fetch(`${url}/other`)).status).toBe(404);
  await expect(
    startMetricsServer({ metrics, host: "127.0.0.1", port: server.port }),
  ).rejects.toMatchObject({ code: "EADDRINUSE" });
});
