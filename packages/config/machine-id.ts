import { randomInt } from "node:crypto";
import { type Environment, integer, read } from "./setting.ts";

const numbers = 2_048;

/** What concerns the making of ids. Only the services that make them read it. */
export const machineIdSettings = {
  machineId: integer("MACHINE_ID", {
    says: "a part of the ids that this process makes, different for each replica, as the launcher sees to; unset: drawn by lot",
    example: "7",
    fallback: undefined,
    min: 0,
    max: numbers - 1,
  }),
};

/** The number that no other maker of such ids has; undefined if none is set. Throws if it is malformed. */
export function readMachineId(environment: Environment = process.env): number | undefined {
  return read(machineIdSettings, environment).machineId;
}

/** Variables by which so many replicas that make ids get different numbers, from the one in the environment or a drawn one. */
export function machineIdVariables(
  replicas: number,
  environment: Environment,
): readonly Readonly<Record<string, string>>[] {
  const first = readMachineId(environment);
  // A single process does better to draw a number at each of its starts.
  if (first === undefined && replicas === 1) return [{}];
  const from = first ?? randomInt(numbers);
  return Array.from({ length: replicas }, (_, index) => ({
    [machineIdSettings.machineId.variable]: `${(from + index) % numbers}`,
  }));
}
