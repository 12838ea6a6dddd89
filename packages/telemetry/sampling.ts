import type { SpanContext } from "@opentelemetry/api";
import { sampledFlag } from "./context.ts";

/** Samplers by OpenTelemetry's names, and the share of traces that a ratio sampler keeps. */
export interface Sampling {
  readonly sampler:
    | "always_on"
    | "always_off"
    | "traceidratio"
    | "parentbased_always_on"
    | "parentbased_always_off"
    | "parentbased_traceidratio";
  readonly ratio: number;
}

/** Whether a sampler does as the caller's did, and decides by itself only where there is no caller. */
export function isParentBased({ sampler }: Sampling): boolean {
  return sampler.startsWith("parentbased_");
}

/** Decides whether a span is kept. */
export type Sampler = (traceId: string, parent: SpanContext | undefined) => boolean;

export function samplerOf(sampling: Sampling): Sampler {
  const root = rootSampler(sampling);
  if (!isParentBased(sampling)) return root;
  return (traceId, parent) =>
    parent ? (parent.traceFlags & sampledFlag) !== 0 : root(traceId, parent);
}

function rootSampler({ sampler, ratio }: Sampling): Sampler {
  const kind = sampler.replace("parentbased_", "");
  if (kind === "always_on") return () => true;
  if (kind === "always_off") return () => false;
  const bound = Math.floor(ratio * 0xffff_ffff);
  return (traceId) => shareOf(traceId) < bound;
}

/** A number that is the trace's wherever it is computed; OpenTelemetry's SDK for JavaScript has the same. */
function shareOf(traceId: string): number {
  let share = 0;
  for (let at = 0; at < 32; at += 8) share ^= Number.parseInt(traceId.slice(at, at + 8), 16);
  return share >>> 0;
}
