import { assemble, type Parts } from "@faultline/service/assemble";
import { serve } from "@faultline/service/serve";
import { social } from "../topology.ts";
import { keepRepaired } from "./keep-repaired.ts";
import { seedSocialGraph } from "./seed.ts";
import { createSocialGraph, type SocialGraph } from "./social-graph.ts";

type GraphParts = Parts<(typeof social.services)["social-graph"]>;

/** Handlers and repair of a service share what they know of the cache. */
const graphs = new WeakMap<GraphParts, SocialGraph>();

function graphOf(parts: GraphParts): SocialGraph {
  const { mongo, redis, clients } = parts;
  const graph = graphs.get(parts) ?? createSocialGraph({ mongo, redis, users: clients.user });
  graphs.set(parts, graph);
  return graph;
}

export const service = assemble(social.services["social-graph"], {
  seed: ({ mongo, scope }) => seedSocialGraph(mongo, scope),
  create: (parts) => graphOf(parts).handlers,
  tend: (parts, signal) => keepRepaired(graphOf(parts).repair, parts.scope, { signal }),
});

if (import.meta.main) await serve(service);
