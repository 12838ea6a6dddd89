import { assemble } from "@faultline/service/assemble";
import { serve } from "@faultline/service/serve";
import { hotel } from "../topology.ts";
import { createGeo } from "./geo.ts";
import { seedGeo } from "./seed.ts";

export const service = assemble(hotel.services.geo, {
  seed: ({ mongo, scope }) => seedGeo(mongo, scope),
  create: ({ mongo, scope }) => createGeo(mongo, scope),
});

if (import.meta.main) await serve(service);
