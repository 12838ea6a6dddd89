import type { Call, Middleware } from "@faultline/rpc/call";

/** A layer that keeps what passes through it. */
export function seeCalls(): { layer: Middleware; calls: Call[] } {
  const calls: Call[] = [];
  const layer: Middleware = (call, next) => {
    calls.push(call);
    return next(call);
  };
  return { layer, calls };
}
