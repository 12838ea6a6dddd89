import { assemble } from "@faultline/service/assemble";
import { serve } from "@faultline/service/serve";
import { social } from "../topology.ts";
import { createText } from "./text.ts";

export const service = assemble(social.services.text, {
  create: ({ clients }) => createText(clients["url-shorten"], clients["user-mention"]),
});

if (import.meta.main) await serve(service);
