import type { Route } from "@faultline/rpc/http/route";
import { failuresOf, Refusal } from "./refusal.ts";

/** How a route is told from others. */
export interface Manner {
  readonly path: string;
  /** What a failure begins with. */
  readonly attempt: string;
  /** The type of its texts. */
  readonly textType: string;
}

/** A route as the originals have them: any verb will do, and any path that begins with its own. */
export function anyVerb({ path, attempt, textType }: Manner, handle: Route["handle"]): Route {
  const renderError = failuresOf(attempt, textType);
  return {
    ...{ methods: "any", path, prefix: true, renderError },
    async handle(request, call) {
      try {
        return await handle(request, call);
      } catch (error) {
        // What a client has to put right is an answer like any other, and no failure of ours to record.
        if (error instanceof Refusal) return renderError(error);
        throw error;
      }
    },
  };
}
