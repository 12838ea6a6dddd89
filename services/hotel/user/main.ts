import { assemble } from "@faultline/service/assemble";
import { serve } from "@faultline/service/serve";
import { hotel } from "../topology.ts";
import { seedUser } from "./seed.ts";
import { createUser } from "./user.ts";

export const service = assemble(hotel.services.user, {
  seed: ({ mongo, scope }) => seedUser(mongo, scope),
  create: ({ mongo, scope }) => createUser(mongo, scope),
});

if (import.meta.main) await serve(service);
