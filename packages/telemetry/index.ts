export { attributes, metricNames } from "./attributes.ts";
export { rootContext, spanContextOf, traceFields } from "./context.ts";
export { type Logger, type LogLevel, silent } from "./logger.ts";
export { Metrics } from "./metrics.ts";
export type { Sampling } from "./sampling.ts";
export { startTelemetry, type Telemetry, type TelemetryOptions } from "./telemetry.ts";
export type { Tracing } from "./tracing.ts";
