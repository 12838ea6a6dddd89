import type { Spread, Summary } from "./summary.ts";

const figures: readonly [label: string, of: keyof Omit<Summary, "processes">, digits: number][] = [
  ["echo units a request", "echoUnits", 2],
  ["CPU of a request, services, ms", "cpuMsPerRequest", 2],
  ["CPU of a request, stores, ms", "storesCpuMsPerRequest", 2],
  ["echo unit, ms", "echoMs", 3],
  ["requests/s", "requestsPerSecond", 0],
  ["p50, ms", "p50Ms", 0],
  ["p99, ms", "p99Ms", 0],
  ["memory after the load, MB", "megabytes", 0],
  ["ready after, ms", "readyAfterMs", 0],
];

/** The figures of one variant as lines of text: median (lowest … highest). */
export function textOf(title: string, summary: Summary): string {
  const lines = figures.map(([label, key, digits]) => line(label, summary[key], digits));
  const each = summary.processes.map(
    ({ name, echoUnits, megabytes }) =>
      `    ${name.padEnd(24)}${echoUnits.toFixed(2).padStart(8)}${megabytes.toFixed(0).padStart(8)}`,
  );
  const head = `    ${"process".padEnd(24)}${"units".padStart(8)}${"MB".padStart(8)}`;
  return ["", title, ...lines, "", head, ...each].join("\n");
}

function line(label: string, { median, min, max }: Spread, digits: number): string {
  const range = `(${min.toFixed(digits)} … ${max.toFixed(digits)})`;
  return `  ${label.padEnd(32)}${median.toFixed(digits).padStart(9)}  ${range}`;
}
