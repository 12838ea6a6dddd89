import { assemble } from "@faultline/service/assemble";
import { serve } from "@faultline/service/serve";
import { social } from "../topology.ts";
import { createPostStorage, indexPosts } from "./post-storage.ts";

export const service = assemble(social.services["post-storage"], {
  seed: ({ mongo, scope }) => indexPosts(mongo, scope),
  create: createPostStorage,
});

if (import.meta.main) await serve(service);
