import type { Call, Middleware } from "./call.ts";

/** Puts layers around the work, the first one outermost. Without layers the work is returned as it is. */
export function compose(
  layers: readonly Middleware[],
  work: (call: Call) => Promise<unknown>,
): (call: Call) => Promise<unknown> {
  return layers.reduceRight<(call: Call) => Promise<unknown>>(
    (next, layer) => (call) => layer(call, next),
    work,
  );
}
