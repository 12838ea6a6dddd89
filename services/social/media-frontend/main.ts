import { assemble } from "@faultline/service/assemble";
import { serve } from "@faultline/service/serve";
import { social } from "../topology.ts";
import { createMediaFrontend } from "./media-frontend.ts";
import { seedMedia } from "./seed.ts";

export const service = assemble(social.services["media-frontend"], {
  seed: ({ mongo, scope }) => seedMedia(mongo, scope),
  create: ({ mongo }) => createMediaFrontend(mongo),
});

if (import.meta.main) await serve(service);
