import { assemble } from "@faultline/service/assemble";
import { serve } from "@faultline/service/serve";
import { social } from "../topology.ts";
import { createUrlShorten, indexUrls } from "./url-shorten.ts";

export const service = assemble(social.services["url-shorten"], {
  seed: ({ mongo, scope }) => indexUrls(mongo, scope),
  create: ({ mongo }) => createUrlShorten({ mongo }),
});

if (import.meta.main) await serve(service);
