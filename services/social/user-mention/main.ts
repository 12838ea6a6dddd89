import { assemble } from "@faultline/service/assemble";
import { serve } from "@faultline/service/serve";
import { social } from "../topology.ts";
import { createUserMention } from "./user-mention.ts";

export const service = assemble(social.services["user-mention"], {
  create: ({ mongo, cache }) => createUserMention(mongo, cache),
});

if (import.meta.main) await serve(service);
