import { assemble } from "@faultline/service/assemble";
import { serve } from "@faultline/service/serve";
import { hotel } from "../topology.ts";
import { createProfile } from "./profile.ts";
import { seedProfile } from "./seed.ts";

export const service = assemble(hotel.services.profile, {
  seed: ({ mongo, scope }) => seedProfile(mongo, scope),
  create: ({ mongo, cache }) => createProfile(mongo, cache),
});

if (import.meta.main) await serve(service);
