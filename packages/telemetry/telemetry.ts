import { createLogger, type Logger, type LogLevel } from "./logger.ts";
import { Metrics } from "./metrics.ts";
import type { MetricsServer } from "./metrics-server.ts";
import { observeRuntime } from "./runtime-metrics.ts";
import type { Sampling } from "./sampling.ts";
import { startTracing, type Tracing } from "./tracing.ts";

export interface TelemetryOptions {
  readonly service: string;
  /** Its name in traces, where that is another one. */
  readonly tracedAs?: string;
  readonly version: string;
  readonly logLevel: LogLevel;
  readonly sampling: Sampling;
  /** Where traces go; without it no span is made. */
  readonly otlpUrl?: string | undefined;
  /** Tells replicas of a service apart in traces. */
  readonly instance?: string | undefined;
  /** Address and port of `/metrics`; without a port, or with 0 in its place, there is none. */
  readonly host?: string | undefined;
  readonly metricsPort?: number | undefined;
}

export interface Telemetry {
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Undefined where no span is wanted, so that no layer needs to be added for it. */
  readonly tracing: Tracing | undefined;
  readonly metricsPort: number | undefined;
  /** Sends and writes what is waiting, and ends. Never rejects. */
  close(): Promise<void>;
}

/** Starts what a process says about itself. Rejects only if the metrics port cannot be bound. */
export async function startTelemetry(options: TelemetryOptions): Promise<Telemetry> {
  const { log, flush } = createLogger({
    level: options.logLevel,
    fields: { service: options.service },
  });
  const metrics = new Metrics();
  const stopWatching = observeRuntime(metrics);
  const tracing = tracingFor(options, log);
  const server = await metricsServerFor(options, metrics);
  return {
    log,
    metrics,
    tracing,
    metricsPort: server?.port,
    async close() {
      stopWatching();
      await Promise.all([tracing?.close(), server?.close()]);
      flush();
    },
  };
}

function tracingFor(options: TelemetryOptions, log: Logger): Tracing | undefined {
  const { version, sampling, otlpUrl, instance } = options;
  if (!otlpUrl || sampling.sampler === "always_off") return undefined;
  return startTracing({
    service: options.tracedAs ?? options.service,
    version,
    sampling,
    otlpUrl,
    log,
    ...(instance ? { instance } : {}),
  });
}

async function metricsServerFor(
  options: TelemetryOptions,
  metrics: Metrics,
): Promise<MetricsServer | undefined> {
  if (!options.metricsPort) return undefined;
  const { startMetricsServer } = await import("./metrics-server.ts");
  return startMetricsServer({
    metrics,
    host: options.host ?? "127.0.0.1",
    port: options.metricsPort,
  });
}
