import cluster, { type Worker } from "node:cluster";
import { once } from "node:events";

const restartAfterMs = 1_000;

export interface WorkersOptions {
  /** What each worker is told besides; there are as many workers as of these. */
  readonly variables: readonly Readonly<Record<string, string>>[];
  /** The first worker's port for measures, which the others' follow; 0 for any free ports. */
  readonly metricsPort: number;
  readonly stopping: Promise<NodeJS.Signals>;
}

/**
 * Runs this program in several processes that share its ports, until a signal comes; a worker that dies is
 * replaced. Answers the exit code once all have ended.
 */
export async function runWorkers({
  variables,
  metricsPort,
  stopping,
}: WorkersOptions): Promise<number> {
  const workers = new Map<number, Worker>();
  let stopped = false;
  const fork = (index: number) => {
    // Every process tells of itself, so each has a port for that.
    const own = metricsPort === 0 ? 0 : metricsPort + index;
    const worker = cluster.fork({
      METRICS_PORT: `${own}`,
      PROCESSES: `${variables.length}`,
      ...variables[index],
    });
    workers.set(index, worker);
    worker.once("exit", () => {
      workers.delete(index);
      if (!stopped) setTimeout(() => stopped || fork(index), restartAfterMs);
    });
  };
  for (let index = 0; index < variables.length; index++) fork(index);
  await stopping;
  stopped = true;
  const ends = [...workers.values()].map((worker) => once(worker, "exit"));
  for (const worker of workers.values()) worker.kill("SIGTERM");
  await Promise.all(ends);
  return 0;
}
