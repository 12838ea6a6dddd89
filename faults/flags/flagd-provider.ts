import { FlagdCore } from "@openfeature/flagd-core";
import type { JsonValue, Provider } from "@openfeature/server-sdk";
import { type FlagDocument, formatFlagDocument } from "./document.ts";

const nothing = () => {};

/** What goes wrong in an evaluation names flags, and those are nobody's business who reads a service's log. */
export const silent = { error: nothing, warn: nothing, info: nothing, debug: nothing };

/** An OpenFeature provider that evaluates one document in this process, as flagd would. */
export function createFlagdProvider(document: FlagDocument): Provider {
  const core = new FlagdCore(undefined, silent);
  core.setConfigurations(formatFlagDocument(document));
  return {
    metadata: { name: "flagd" },
    runsOn: "server",
    resolveBooleanEvaluation: async (key, fallback, context) =>
      core.resolveBooleanEvaluation(key, fallback, context, silent),
    resolveStringEvaluation: async (key, fallback, context) =>
      core.resolveStringEvaluation(key, fallback, context, silent),
    resolveNumberEvaluation: async (key, fallback, context) =>
      core.resolveNumberEvaluation(key, fallback, context, silent),
    resolveObjectEvaluation: async <T extends JsonValue>(
      key: string,
      fallback: T,
      context: object,
    ) => core.resolveObjectEvaluation(key, fallback, { ...context }, silent),
  };
}
