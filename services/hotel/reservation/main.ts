import { assemble } from "@faultline/service/assemble";
import { serve } from "@faultline/service/serve";
import { hotel } from "../topology.ts";
import { startReservation } from "./reservation.ts";
import { seedReservation } from "./seed.ts";

export const service = assemble(hotel.services.reservation, {
  seed: ({ mongo, scope }) => seedReservation(mongo, scope),
  create: ({ mongo, cache, scope }) => startReservation({ mongo, cache }, scope),
});

if (import.meta.main) await serve(service);
