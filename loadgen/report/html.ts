import type { Slice } from "../runner/record.ts";
import { escaped, type Line, type Plot, svgPlot } from "./plot.ts";
import { percentiles, type Run } from "./run.ts";
import { headline, textReport } from "./table.ts";

/** A page of its own: it needs no network and runs no script. */
export function htmlReport(run: Run): string {
  const verdict = run.conclusion.complaints.map((each) => `<p class="bad">${escaped(each)}</p>`);
  const { failed } = run.record.total.counts;
  const allowed = failed > 0 ? ` ${failed} requests failed, as was allowed.` : "";
  const good = `<p class="good">Every answer was right, and the rate was held.${allowed}</p>`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Load: ${escaped(headline(run))}</title>
<style>${style}</style>
<h1>${escaped(headline(run))}</h1>
<p>Begun ${run.startedAt.toISOString()}</p>
${verdict.length > 0 ? verdict.join("\n") : good}
${plotsOf(run).map(svgPlot).join("\n")}
<pre>${escaped(textReport(run))}</pre>
</html>
`;
}

function plotsOf({ record, options, measuredMs }: Run): Plot[] {
  const { slices, sliceMs } = record;
  const stepS = sliceMs / 1_000;
  // What comes after the end is no whole slice of traffic.
  const during = slices.filter(({ startMs }) => startMs < measuredMs);
  const perSecond = (slice: Slice, count: number) => {
    const lengthMs = Math.min(sliceMs, measuredMs - slice.startMs);
    return count / (lengthMs / 1_000);
  };
  return [
    {
      ...{ title: "Throughput", unit: "requests/s", stepS },
      lines: [
        { name: "right answers", values: during.map((each) => perSecond(each, each.counts.ok)) },
        { name: "due", values: during.map((each) => perSecond(each, each.arrivals)) },
        { name: "asked for", values: during.map(() => options.rate) },
      ],
    },
    {
      title: "Latency from the due time",
      unit: "ms",
      stepS,
      lines: percentiles.map(latencyOf(during)),
    },
    { title: "Errors by kind", unit: `in ${stepS} s`, stepS, lines: errorLines(slices) },
  ];
}

function latencyOf(slices: readonly Slice[]): (percentile: readonly [string, number]) => Line {
  return ([name, percent]) => ({
    name,
    values: slices.map(({ latency }) =>
      latency.count > 0 ? latency.percentileMs(percent) : undefined,
    ),
  });
}

function errorLines(slices: readonly Slice[]): Line[] {
  const kinds = new Set(slices.flatMap(({ counts }) => [...counts.failures.keys()]));
  const failures = [...kinds].sort().map((kind) => ({
    name: kind,
    values: slices.map(({ counts }) => counts.failures.get(kind) ?? 0),
  }));
  return [{ name: "wrong answers", values: slices.map(({ counts }) => counts.wrong) }, ...failures];
}

const style = `
:root { color-scheme: light dark; --ink: #1f2328; --paper: #fff; --faint: #d8dee4; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6edf3; --paper: #0d1117; --faint: #30363d; } }
body { max-width: 900px; margin: 2rem auto; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif;
  color: var(--ink); background: var(--paper); }
h1 { font-size: 1.25rem; }
pre { overflow-x: auto; padding: 1rem; border: 1px solid var(--faint); font-size: 13px; }
figure { margin: 2rem 0; }
figcaption { font-weight: 600; }
svg { width: 100%; height: auto; }
text { font-size: 12px; fill: currentColor; }
.grid { stroke: var(--faint); }
.line { fill: none; stroke-width: 1.75; stroke-linecap: round; stroke-linejoin: round; }
.good::before { content: "✓ "; } .bad { font-weight: 600; } .bad::before { content: "✗ "; }
.legend { display: flex; flex-wrap: wrap; gap: 0 1.25rem; margin: 0; padding: 0; list-style: none; }
.legend li::before { content: "■ "; color: var(--own); }
.c0 { --own: #2f81f7; } .c1 { --own: #bf8700; } .c2 { --own: #8b949e; }
.c3 { --own: #d1242f; } .c4 { --own: #8250df; } .c5 { --own: #1a7f37; }
.line { stroke: var(--own); }
`;
