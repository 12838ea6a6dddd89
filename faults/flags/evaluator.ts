import type { FlagDocument } from "./document.ts";

/** What a flag is evaluated for. `targetingKey` is what a fractional share is taken of. */
export interface FlagContext {
  readonly targetingKey: string;
  readonly app: string;
  readonly service: string;
  /** One replica among several. */
  readonly instance: string;
  /** The port that the replica listens on; 0 where it has none. */
  readonly port: number;
  /** `geo.Geo/Nearby`, `/hotels`; empty where it is not about a request. */
  readonly method: string;
  /** Who asks, as the request says it; empty if it does not. */
  readonly user: string;
}

/** Gives the variants of flags. */
export interface Evaluator {
  /** From now on the flags are those of this document. */
  replace(document: FlagDocument): Promise<void>;
  /** The variant of each flag for this context, all of one document; `off` where there is none. Never rejects. */
  variantsOf(keys: readonly string[], context: FlagContext): Promise<readonly string[]>;
}

let domains = 0;

/** OpenFeature with flagd's own evaluation, which are loaded now. */
export async function createEvaluator(): Promise<Evaluator> {
  const [{ OpenFeature }, { createFlagdProvider, silent }] = await Promise.all([
    import("@openfeature/server-sdk"),
    import("./flagd-provider.ts"),
  ]);
  const domain = `flags-${++domains}`;
  const client = OpenFeature.getClient(domain).setLogger(silent);
  return {
    async replace(document) {
      await OpenFeature.setProviderAndWait(domain, createFlagdProvider(document));
    },
    variantsOf(keys, context) {
      const details = keys.map((key) => client.getObjectDetails(key, {}, { ...context }));
      return Promise.all(details.map(async (detail) => (await detail).variant ?? "off"));
    },
  };
}
