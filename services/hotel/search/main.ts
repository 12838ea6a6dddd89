import { assemble } from "@faultline/service/assemble";
import { serve } from "@faultline/service/serve";
import { hotel } from "../topology.ts";
import { createSearch } from "./search.ts";
import { createSearchByPosition } from "./search-by-position.ts";

export const service = assemble(hotel.services.search, {
  create: ({ clients }) => createSearch(clients.geo, clients.rate),
  twins: {
    "search-latent-bug": ({ clients }) => createSearchByPosition(clients.geo, clients.rate),
  },
});

if (import.meta.main) await serve(service);
