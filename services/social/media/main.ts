import { assemble } from "@faultline/service/assemble";
import { serve } from "@faultline/service/serve";
import { social } from "../topology.ts";
import { createMedia } from "./media.ts";

export const service = assemble(social.services.media, { create: () => createMedia() });

if (import.meta.main) await serve(service);
