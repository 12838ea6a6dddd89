import { unknown } from "@faultline/rpc/errors";
import type { CallHooks } from "./fault.ts";
import { milliseconds, nameOf, share } from "./parameters.ts";
import { delay } from "./waiting.ts";

/** The parameters of a service that answers late, or never. */
export function flakyParameters(service: string, usual: { delayMs: number; share: number }) {
  return {
    service: nameOf("rpc service", service, "the service that is flaky"),
    delayMs: milliseconds(usual.delayMs, "how long each call sleeps"),
    share: share(usual.share, "share of calls that fail"),
  };
}

/** Each call sleeps, and then a share of them fails. */
export const flaky: CallHooks<ReturnType<typeof flakyParameters>> = {
  answering({ delayMs, share }, { random, signal, mark }) {
    return async (call, next) => {
      mark(call);
      await delay(delayMs, call, signal);
      if (!signal.aborted && random() < share) throw unknown("random failure");
      return next(call);
    };
  },
};
