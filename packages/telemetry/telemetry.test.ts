import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { rootContext } from "./context.ts";
import { createLogger, type Logger, silent } from "./logger.ts";
import { startTelemetry } from "./telemetry.ts";
import { startTracing } from "./tracing.ts";

const always = { sampler: "parentbased_always_on", ratio: 1 } as const;

/** Takes what an exporter sends, and tells of the first. */
async function receiver(status: number) {
  const first = Promise.withResolvers<{ url: string | undefined; body: string }>();
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    first.resolve({ url: request.url, body: Buffer.concat(chunks).toString() });
    response.writeHead(status).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, first: first.promise };
}

function startSpan(tracing: Awaited<ReturnType<typeof startTracing>>) {
  return tracing.tracer.startSpan("GET /hotels", {}, rootContext);
}

const identity = { service: "geo", version: "1.2.3", sampling: always };

test("spans are sent over OTLP under the service's name, at the latest when it closes", async () => {
  const { url, first } = await receiver(200);
  const tracing = await startTracing({ ...identity, instance: "geo-1", log: silent, otlpUrl: url });
  startSpan(tracing).end();
  await tracing.close();
  const sent = await first;
  expect(sent.url).toBe("/v1/traces");
  expect(sent.body).toContain("GET /hotels");
  expect(sent.body).toContain('"geo"');
});

test("a receiver that is not there costs one warning, and closing does not hang on it", async () => {
  const warnings: string[] = [];
  const log: Logger = { ...silent, warn: (message) => void warnings.push(message) };
  const tracing = await startTracing({ ...identity, log, otlpUrl: "http://127.0.0.1:9" });
  for (let i = 0; i < 3_000; i++) startSpan(tracing).end();
  await tracing.close();
  expect(warnings.length).toBeLessThanOrEqual(1);
}, 10_000);

test("without a receiver, or with a sampler that keeps nothing, there is no tracing", async () => {
  const options = { ...identity, logLevel: "error" } as const;
  const none = await startTelemetry(options);
  const off = await startTelemetry({
    ...options,
    otlpUrl: "http://127.0.0.1:9",
    sampling: { sampler: "always_off", ratio: 1 },
  });
  expect([none.tracing, off.tracing, none.metricsPort]).toEqual([undefined, undefined, undefined]);
  await Promise.all([none.close(), off.close()]);
});

test("a log line is JSON with time, level, message and fields, from its level up", async () => {
  const folder = mkdtempSync(join(tmpdir(), "log-"));
  const file = join(folder, "log");
  const fd = openSync(file, "a");
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { log, flush } = createLogger({ level: "info", fields: { service: "geo" }, fd });
  log.debug("not seen");
  log.child({ trace_id: "t", span_id: "s" }).warn("cache skipped", { key: "1_cap" });
  flush();
  // A write that was under way goes on after the flush, as it does after the end of a process.
  await expect.poll(() => readFileSync(file, "utf8")).toContain("\n");
  closeSync(fd);
  const lines = readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines).toEqual([
    {
      level: "warn",
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      service: "geo",
      trace_id: "t",
      span_id: "s",
      key: "1_cap",
      msg: "cache skipped",
    },
  ]);
});

test("a ratio sampler keeps about its share of new traces, and the whole of each", async () => {
  const { recordSpans } = await import("./recorded-spans.ts");
  const { exporter, spans } = recordSpans();
  const sampling = { sampler: "parentbased_traceidratio", ratio: 0.5 } as const;
  const tracing = await startTracing({ ...identity, sampling, log: silent, otlpUrl: "", exporter });
  onTestFinished(() => tracing.close());
  for (let i = 0; i < 400; i++) startSpan(tracing).end();
  expect(spans().length).toBeGreaterThan(120);
  expect(spans().length).toBeLessThan(280);
});
