import { assemble } from "@faultline/service/assemble";
import { serve } from "@faultline/service/serve";
import { hotel } from "../topology.ts";
import { createRecommendation } from "./recommendation.ts";
import { seedRecommendation } from "./seed.ts";

export const service = assemble(hotel.services.recommendation, {
  seed: ({ mongo, scope }) => seedRecommendation(mongo, scope),
  create: ({ mongo, scope }) => createRecommendation(mongo, scope),
});

if (import.meta.main) await serve(service);
