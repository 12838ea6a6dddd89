import { type Environment, integer, read } from "./setting.ts";

/** What concerns the making of ids. Only the services that make them read it. */
export const machineIdSettings = {
  machineId: integer("MACHINE_ID", {
    says: "a part of the ids that this process makes, different for each replica; unset: drawn by lot",
    example: "7",
    fallback: undefined,
    min: 0,
    max: 2_047,
  }),
};

/** The number that no other maker of such ids has; undefined if none is set. Throws if it is malformed. */
export function readMachineId(environment: Environment = process.env): number | undefined {
  return read(machineIdSettings, environment).machineId;
}
