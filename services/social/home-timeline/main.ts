import { assemble } from "@faultline/service/assemble";
import { serve } from "@faultline/service/serve";
import { social } from "../topology.ts";
import { createHomeTimeline } from "./home-timeline.ts";

export const service = assemble(social.services["home-timeline"], { create: createHomeTimeline });

if (import.meta.main) await serve(service);
