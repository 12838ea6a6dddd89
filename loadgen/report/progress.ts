import type { Progress } from "../runner/run-load.ts";
import { milliseconds } from "./table.ts";

const plainEveryMs = 10_000;

/** Shows how far a run is. */
export function createProgress(stream: NodeJS.WriteStream, durationMs: number) {
  const shown = createProgressLine(stream);
  return {
    show: (progress: Progress) => shown.show(line(progress, durationMs)),
    end: shown.end,
  };
}

/** One line that is rewritten in a terminal, else a line every ten seconds. */
export function createProgressLine(stream: NodeJS.WriteStream) {
  let shownMs = Number.NEGATIVE_INFINITY;
  return {
    show(text: string): void {
      if (stream.isTTY) stream.write(`\r\x1b[K${text}`);
      else if (performance.now() - shownMs >= plainEveryMs) {
        shownMs = performance.now();
        stream.write(`${text}\n`);
      }
    },
    /** Leaves the line to what comes next. */
    end(): void {
      if (stream.isTTY) stream.write("\r\x1b[K");
    },
  };
}

function line({ elapsedMs, inFlight, record }: Progress, durationMs: number): string {
  if (elapsedMs < 0) return `warming up, ${Math.ceil(-elapsedMs / 1_000)} s to go`;

  const { counts, latency } = record.total;
  const rate = (counts.results / Math.max(1, elapsedMs / 1_000)).toFixed(0);
  const [p50, p99] = [50, 99].map((percent) => milliseconds(latency.percentileMs(percent)));
  return (
    `${Math.round(elapsedMs / 1_000)} of ${Math.round(durationMs / 1_000)} s   ${rate}/s   ` +
    `p50 ${p50} ms   p99 ${p99} ms   in flight ${inFlight}   ` +
    `wrong ${counts.wrong}   failed ${counts.failed}   not started ${record.notStarted}`
  );
}
