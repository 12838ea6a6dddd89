import { assemble } from "@faultline/service/assemble";
import { serve } from "@faultline/service/serve";
import { hotel } from "../topology.ts";
import { createReview } from "./review.ts";
import { seedReview } from "./seed.ts";

export const service = assemble(hotel.services.review, {
  seed: ({ mongo, scope }) => seedReview(mongo, scope),
  create: ({ mongo, cache }) => createReview(mongo, cache),
});

if (import.meta.main) await serve(service);
