import { randomUUID } from "node:crypto";
import type { FlagContext } from "@faultline/faults/flags/evaluator";
import { alter, type Call, type Middleware } from "@faultline/rpc/call";
import { attributes as names } from "@faultline/telemetry/attributes";
import { spanContextOf } from "@faultline/telemetry/context";
import type { Instance } from "./instance.ts";
import { withoutOurFrames } from "./stack-traces.ts";

/** What is on for one request, by name. It is found once, when the request comes in, and stays. */
export type Verdict = ReadonlyMap<string, Instance>;

const key = Symbol("verdict");
const nothingIsOn: Verdict = new Map();

type Judge = (call: Call) => Promise<Verdict>;

/** Judges a request as it comes in; everything that is done for it finds the verdict in its context. */
export function judged(judge: Judge): Middleware {
  return async (call, next) => {
    const verdict = await judge(call);
    try {
      return await next(alter(call, { context: call.context.setValue(key, verdict) }));
    } catch (thrown) {
      throw withoutOurFrames(thrown);
    }
  };
}

/**
 * The verdict that a call stands under. A request that came in before the flags changed has none, and ends as it
 * began; work that no request asked for (such as a service's start) is judged by itself.
 */
export async function verdictAt(call: Call, judge: Judge): Promise<Verdict> {
  const verdict = call.context.getValue(key);
  if (verdict instanceof Map) return verdict;
  if (call.cancellation) return nothingIsOn;
  return judge(call);
}

/** What targeting may look at. All calls of one user, or else of one trace, get the same share. */
export function contextOf(call: Call, own: Omit<FlagContext, "targetingKey">): FlagContext {
  const user = userOf(call.request);
  const method =
    call.kind === "server" ? String(call.attributes[names.httpRoute] ?? call.name) : "";
  const targetingKey = user || spanContextOf(call.context)?.traceId || randomUUID();
  return { ...own, targetingKey, method, user };
}

/** The user as a message of a contract, or the query of a URL, has it. */
function userOf(request: unknown): string {
  if (typeof request !== "object" || request === null) return "";
  if ("username" in request && typeof request.username === "string") return request.username;
  const query = "query" in request ? request.query : undefined;
  const read =
    typeof query === "object" && query !== null && "get" in query ? query.get : undefined;
  const user: unknown = typeof read === "function" ? read.call(query, "username") : undefined;
  return typeof user === "string" ? user : "";
}
