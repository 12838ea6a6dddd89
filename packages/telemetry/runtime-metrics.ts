import {
  constants,
  monitorEventLoopDelay,
  PerformanceObserver,
  performance,
} from "node:perf_hooks";
import { getHeapStatistics } from "node:v8";
import { metricNames as names } from "./attributes.ts";
import type { Metrics, Reading } from "./metrics.ts";

/**
 * Adds what the process and its runtime do: processor, memory, event loop, garbage collection. The watching that
 * costs something begins with the first scrape. Call the result to end it.
 */
export function observeRuntime(metrics: Metrics): () => void {
  let watching: Watching | undefined;
  metrics.observe(() => {
    watching ??= watch(metrics);
    return [...processReadings(), ...watching.read()];
  });
  return () => watching?.stop();
}

function processReadings(): Reading[] {
  const cpu = process.cpuUsage();
  const memory = process.memoryUsage();
  return [
    {
      name: names.processCpuTime,
      help: "Processor time used.",
      type: "counter",
      unit: "seconds",
      values: [
        { labels: { cpu_mode: "user" }, value: cpu.user / 1e6 },
        { labels: { cpu_mode: "system" }, value: cpu.system / 1e6 },
      ],
    },
    gauge(names.processMemory, "Resident memory.", memory.rss, "bytes"),
    gauge(names.heapUsed, "Heap in use.", memory.heapUsed, "bytes"),
    gauge(names.heapLimit, "Heap limit.", getHeapStatistics().heap_size_limit, "bytes"),
    gauge(names.processUptime, "Time since the process started.", process.uptime(), "seconds"),
  ];
}

interface Watching {
  read(): Reading[];
  stop(): void;
}

function watch(metrics: Metrics): Watching {
  const delay = monitorEventLoopDelay({ resolution: 20 });
  delay.enable();
  const collections = observeCollections(metrics);
  let before = performance.eventLoopUtilization();
  return {
    read() {
      const now = performance.eventLoopUtilization();
      const { utilization } = performance.eventLoopUtilization(now, before);
      before = now;
      const readings = [
        gauge(
          names.eventLoopUtilization,
          "Busy share of the event loop since the last scrape.",
          utilization,
        ),
        seconds(
          names.eventLoopDelayMean,
          "Mean event loop delay since the last scrape.",
          delay.mean,
        ),
        seconds(names.eventLoopDelayP50, "Median event loop delay.", delay.percentile(50)),
        seconds(
          names.eventLoopDelayP99,
          "99th percentile of event loop delay.",
          delay.percentile(99),
        ),
        seconds(names.eventLoopDelayMax, "Longest event loop delay.", delay.max),
      ];
      delay.reset();
      return readings;
    },
    stop() {
      delay.disable();
      collections.disconnect();
    },
  };
}

const collectionKinds: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: "minor",
  [constants.NODE_PERFORMANCE_GC_MAJOR]: "major",
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: "incremental",
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: "weakcb",
};

function observeCollections(metrics: Metrics): PerformanceObserver {
  const duration = metrics.duration(names.gcDuration, "Duration of garbage collections.");
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const kind = kindOf(entry);
      duration
        .with({ v8js_gc_type: collectionKinds[kind] ?? "other" })
        .record(entry.duration / 1e3);
    }
  });
  observer.observe({ entryTypes: ["gc"] });
  return observer;
}

function kindOf(entry: object): number {
  const detail: unknown = "detail" in entry ? entry.detail : undefined;
  const known = typeof detail === "object" && detail !== null && "kind" in detail;
  return known ? Number(detail.kind) : 0;
}

/** Event loop delays come in nanoseconds, and are NaN or huge before the first sample. */
function seconds(name: string, help: string, nanoseconds: number): Reading {
  const known = Number.isFinite(nanoseconds) && nanoseconds < 1e15;
  return gauge(name, help, known ? nanoseconds / 1e9 : 0, "seconds");
}

function gauge(name: string, help: string, value: number, unit?: "seconds" | "bytes"): Reading {
  return { name, help, type: "gauge", values: [{ value }], ...(unit ? { unit } : {}) };
}
