import { assemble } from "@faultline/service/assemble";
import { serve } from "@faultline/service/serve";
import { hotel } from "../topology.ts";
import { createFrontend } from "./frontend.ts";

export const service = assemble(hotel.services.frontend, {
  create: ({ clients }) => createFrontend(clients),
});

if (import.meta.main) await serve(service);
