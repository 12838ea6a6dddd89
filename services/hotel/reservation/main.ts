import { assemble } from "@faultline/service/assemble";
import { serve } from "@faultline/service/serve";
import { hotel } from "../topology.ts";
import { keepRepaired } from "./keep-repaired.ts";
import { createReservation, startReservation } from "./reservation.ts";
import { seedReservation } from "./seed.ts";

export const service = assemble(hotel.services.reservation, {
  seed: ({ mongo, scope }) => seedReservation(mongo, scope),
  create: (parts) => startReservation(parts, parts.scope),
  tend: (parts, signal) => keepRepaired(createReservation(parts).repair, parts.scope, { signal }),
});

if (import.meta.main) await serve(service);
