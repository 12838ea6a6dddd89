import { assemble } from "@faultline/service/assemble";
import { serve } from "@faultline/service/serve";
import { hotel } from "../topology.ts";
import { createAttractions } from "./attractions.ts";
import { seedAttractions } from "./seed.ts";

export const service = assemble(hotel.services.attractions, {
  seed: ({ mongo, scope }) => seedAttractions(mongo, scope),
  create: ({ mongo, scope }) => createAttractions(mongo, scope),
});

if (import.meta.main) await serve(service);
