import type { MaybeLayer } from "@faultline/rpc/compose";
import type { Layering } from "@faultline/rpc/layering";
import { deadline } from "@faultline/rpc/middleware/deadline";
import { errorsMapped } from "@faultline/rpc/middleware/errors-mapped";
import { logged } from "@faultline/rpc/middleware/logged";
import { measured } from "@faultline/rpc/middleware/measured";
import { traced } from "@faultline/rpc/middleware/traced";
import type { Telemetry } from "@faultline/telemetry";
import type { Switchboard } from "./flags/switchboard.ts";

export interface Layers {
  /** Around every request that a service answers. */
  readonly server: Layering;
  /** Around every call that it makes of another service. */
  readonly client: Layering;
  /** Around every operation on a store. */
  readonly store: Layering;
}

export interface LayerOptions {
  readonly requestDeadlineMs: number;
  readonly verbose: boolean;
  /** Adds layers while flags want them. */
  readonly switchboard?: Switchboard | undefined;
  /** Innermost around operations on stores. */
  readonly storeLayers?: readonly MaybeLayer[] | undefined;
}

/** What is true of every call, outermost first. The one place where the order is written. */
export function layersOf(
  { tracing, metrics }: Pick<Telemetry, "tracing" | "metrics">,
  options: LayerOptions,
): Layers {
  const spans = tracing && traced(tracing);
  const lines = logged(options.verbose ? { level: "debug" } : {});
  const durations = measured(metrics);
  const { switchboard, storeLayers = [] } = options;
  const all = (layers: readonly MaybeLayer[]) => switchboard?.around(layers) ?? layers;
  return {
    server: all([spans, durations, lines, deadline(options.requestDeadlineMs), errorsMapped]),
    client: all([spans, durations]),
    store: all([spans, durations, ...storeLayers]),
  };
}
