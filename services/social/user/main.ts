import { assemble } from "@faultline/service/assemble";
import { readMachineId } from "@faultline/service/machine-id";
import { serve } from "@faultline/service/serve";
import { readTokenSecret } from "@faultline/service/token-secret";
import { social } from "../topology.ts";
import { createUniqueIds, drawMachine } from "../unique-ids.ts";
import { indexUsers } from "./registration.ts";
import { createUser } from "./user.ts";

export const service = assemble(social.services.user, {
  seed: ({ mongo, scope }) => indexUsers(mongo, scope),
  create: ({ mongo, cache, clients }) =>
    createUser({
      mongo,
      cache,
      graph: clients["social-graph"],
      ids: createUniqueIds({ machine: readMachineId() ?? drawMachine() }),
      secret: readTokenSecret(),
    }),
});

if (import.meta.main) await serve(service);
