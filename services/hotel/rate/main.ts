import { assemble } from "@faultline/service/assemble";
import { serve } from "@faultline/service/serve";
import { hotel } from "../topology.ts";
import { createRate } from "./rate.ts";
import { createRateLostConnection } from "./rate-lost-connection.ts";
import { seedRate } from "./seed.ts";

export const service = assemble(hotel.services.rate, {
  seed: ({ mongo, scope }) => seedRate(mongo, scope),
  create: ({ mongo, cache }) => createRate(mongo, cache),
  twins: { "rate-connection-failure": ({ open }) => createRateLostConnection(open) },
});

if (import.meta.main) await serve(service);
