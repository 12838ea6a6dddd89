import { assemble } from "@faultline/service/assemble";
import { serve } from "@faultline/service/serve";
import { hotel } from "../topology.ts";
import { createSearch } from "./search.ts";

export const service = assemble(hotel.services.search, {
  create: ({ clients }) => createSearch(clients.geo, clients.rate),
});

if (import.meta.main) await serve(service);
