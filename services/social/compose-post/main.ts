import { assemble } from "@faultline/service/assemble";
import { serve } from "@faultline/service/serve";
import { social } from "../topology.ts";
import { createComposePost } from "./compose-post.ts";
import { createComposePostLostFanOut } from "./compose-post-lost-fan-out.ts";
import { keepRepaired, Repair } from "./repair.ts";

export const service = assemble(social.services["compose-post"], {
  create: createComposePost,
  twins: { "compose-post-lost-fan-out": createComposePostLostFanOut },
  tend: ({ clients, scope }, signal) => keepRepaired(new Repair({ clients }), scope, { signal }),
});

if (import.meta.main) await serve(service);
