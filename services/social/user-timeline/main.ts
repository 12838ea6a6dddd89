import { assemble } from "@faultline/service/assemble";
import { serve } from "@faultline/service/serve";
import { social } from "../topology.ts";
import { createUserTimeline, indexTimelines } from "./user-timeline.ts";

export const service = assemble(social.services["user-timeline"], {
  seed: ({ mongo, scope }) => indexTimelines(mongo, scope),
  create: createUserTimeline,
});

if (import.meta.main) await serve(service);
