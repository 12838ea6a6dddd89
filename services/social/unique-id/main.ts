import { assemble } from "@faultline/service/assemble";
import { readMachineId } from "@faultline/service/machine-id";
import { serve } from "@faultline/service/serve";
import { social } from "../topology.ts";
import { createUniqueIds, drawMachine } from "../unique-ids.ts";
import { createUniqueId } from "./unique-id.ts";

export const service = assemble(social.services["unique-id"], {
  create: () => createUniqueId(createUniqueIds({ machine: readMachineId() ?? drawMachine() })),
});

if (import.meta.main) await serve(service);
