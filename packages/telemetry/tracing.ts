import type { Tracer } from "@opentelemetry/api";
import type { Sampler, SpanExporter, SpanProcessor } from "@opentelemetry/sdk-trace";
import { attributes } from "./attributes.ts";
import type { Logger } from "./logger.ts";

/** Samplers by OpenTelemetry's names, and the share of traces that a ratio sampler keeps. */
export interface Sampling {
  readonly sampler:
    | "always_on"
    | "always_off"
    | "traceidratio"
    | "parentbased_always_on"
    | "parentbased_always_off"
    | "parentbased_traceidratio";
  readonly ratio: number;
}

/** What makes spans. */
export interface Tracing {
  readonly tracer: Tracer;
  /** Whether a call whose caller is not sampled is never sampled: then nothing needs to be asked for it. */
  readonly followsParent: boolean;
  /** Hands over what is still waiting and ends. Never rejects. */
  close(): Promise<void>;
}

export interface TracingOptions {
  readonly service: string;
  readonly version: string;
  /** Tells replicas apart. */
  readonly instance?: string;
  readonly sampling: Sampling;
  readonly log: Logger;
  /** Base URL of an OTLP/HTTP receiver, such as `http://localhost:4318`. */
  readonly otlpUrl: string;
  /** Where spans go instead; for tests. */
  readonly exporter?: SpanExporter;
}

const queueMax = 2_048;
const batchMax = 512;
const exportTimeoutMs = 5_000;
const closeTimeoutMs = 1_000;

/** Loads OpenTelemetry's SDK. Spans wait in a bounded queue and are dropped rather than delay a call. */
export async function startTracing(options: TracingOptions): Promise<Tracing> {
  const [sdk, { resourceFromAttributes }] = await Promise.all([
    import("@opentelemetry/sdk-trace"),
    import("@opentelemetry/resources"),
  ]);
  const exporter = options.exporter ?? lazyOtlpExporter(options.otlpUrl, options.log);
  const processor: SpanProcessor = options.exporter
    ? new sdk.SimpleSpanProcessor({ exporter })
    : new sdk.BatchSpanProcessor({
        exporter,
        maxQueueSize: queueMax,
        maxExportBatchSize: batchMax,
        scheduledDelayMillis: 1_000,
        exportTimeoutMillis: exportTimeoutMs,
      });
  const provider = new sdk.TracerProvider({
    resource: resourceFromAttributes({
      [attributes.serviceName]: options.service,
      [attributes.serviceVersion]: options.version,
      ...(options.instance ? { [attributes.serviceInstance]: options.instance } : {}),
    }),
    sampler: samplerOf(sdk, options.sampling),
    spanProcessors: [processor],
  });
  return {
    tracer: provider.getTracer("faultline"),
    followsParent: options.sampling.sampler.startsWith("parentbased_"),
    close: () => shutDown(provider),
  };
}

type Sdk = typeof import("@opentelemetry/sdk-trace");

function samplerOf(sdk: Sdk, { sampler, ratio }: Sampling): Sampler {
  const kind = sampler.replace("parentbased_", "");
  const root =
    kind === "always_on"
      ? new sdk.AlwaysOnSampler()
      : kind === "always_off"
        ? new sdk.AlwaysOffSampler()
        : new sdk.TraceIdRatioBasedSampler(ratio);
  return sampler.startsWith("parentbased_") ? new sdk.ParentBasedSampler({ root }) : root;
}

async function shutDown(provider: { shutdown(): Promise<void> }): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, closeTimeoutMs);
  });
  try {
    await Promise.race([provider.shutdown(), late]);
  } catch {
    // The receiver is gone; the exporter has said so already.
  } finally {
    clearTimeout(timer);
  }
}

/** An exporter that is loaded with the first batch: most processes start without needing one. */
function lazyOtlpExporter(otlpUrl: string, log: Logger): SpanExporter {
  let loaded: Promise<SpanExporter> | undefined;
  let failing = false;
  const load = () => {
    loaded ??= import("@opentelemetry/exporter-trace-otlp-http").then(
      ({ OTLPTraceExporter }) =>
        new OTLPTraceExporter({ url: tracesUrl(otlpUrl), timeoutMillis: exportTimeoutMs }),
    );
    return loaded;
  };
  return {
    export(spans, done) {
      load().then(
        (exporter) =>
          exporter.export(spans, (result) => {
            const failed = result.code !== 0;
            if (failed && !failing)
              log.warn("trace export failed", { reason: result.error?.message });
            failing = failed;
            // The batch is lost either way; as a success it is lost without a second report.
            done({ code: 0 });
          }),
        () => done({ code: 0 }),
      );
    },
    async shutdown() {
      await (await loaded)?.shutdown();
    },
  };
}

function tracesUrl(base: string): string {
  return base.endsWith("/v1/traces") ? base : `${base.replace(/\/+$/, "")}/v1/traces`;
}
