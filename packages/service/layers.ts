import type { MaybeLayer } from "@faultline/rpc/compose";
import { deadline } from "@faultline/rpc/middleware/deadline";
import { errorsMapped } from "@faultline/rpc/middleware/errors-mapped";
import { logged } from "@faultline/rpc/middleware/logged";
import { measured } from "@faultline/rpc/middleware/measured";
import { traced } from "@faultline/rpc/middleware/traced";
import type { Telemetry } from "@faultline/telemetry";

export interface Layers {
  /** Around every request that a service answers. */
  readonly server: readonly MaybeLayer[];
  /** Around every call that it makes of another service. */
  readonly client: readonly MaybeLayer[];
  /** Around every operation on a store. */
  readonly store: readonly MaybeLayer[];
}

/** What is true of every call, outermost first. The one place where the order is written. */
export function layersOf(
  { tracing, metrics }: Pick<Telemetry, "tracing" | "metrics">,
  options: { readonly requestDeadlineMs: number; readonly verbose: boolean },
): Layers {
  const spans = tracing && traced(tracing);
  const lines = logged(options.verbose ? { level: "debug" } : {});
  const durations = measured(metrics);
  return {
    server: [spans, durations, lines, deadline(options.requestDeadlineMs), errorsMapped],
    client: [spans, durations],
    store: [spans, durations],
  };
}
