import type { Call, Middleware } from "./call.ts";

/** A layer, or nothing where a layer is not wanted: `[tracing && traced(tracing), logged(…)]`. */
export type MaybeLayer = Middleware | undefined | false;

/**
 * Puts layers around the work, the first one outermost. What is not wanted adds nothing: without layers the work
 * is returned as it is.
 */
export function compose(
  layers: readonly MaybeLayer[],
  work: (call: Call) => Promise<unknown>,
): (call: Call) => Promise<unknown> {
  return layers.reduceRight<(call: Call) => Promise<unknown>>(
    (next, layer) => (layer ? (call) => layer(call, next) : next),
    work,
  );
}
