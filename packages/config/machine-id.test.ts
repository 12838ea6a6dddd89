import { expect, test } from "vitest";
import { machineIdVariables, readMachineId } from "./machine-id.ts";

test("a process that makes ids may be given its own number", () => {
  expect(readMachineId({})).toBeUndefined();
  expect(readMachineId({ MACHINE_ID: "0" })).toBe(0);
  expect(readMachineId({ MACHINE_ID: "2047" })).toBe(2047);
  expect(() => readMachineId({ MACHINE_ID: "2048" })).toThrow("from 0 to 2047");
});

test("replicas that make ids are given numbers of which no two are the same", () => {
  const drawn = machineIdVariables(3, {}).map((variables) => variables.MACHINE_ID);
  expect(new Set(drawn).size).toBe(3);
  expect(drawn.map((id) => readMachineId({ MACHINE_ID: id }))).not.toContain(undefined);

  const given = machineIdVariables(3, { MACHINE_ID: "2046" });
  expect(given.map(({ MACHINE_ID }) => MACHINE_ID)).toEqual(["2046", "2047", "0"]);
  expect(machineIdVariables(1, {})).toEqual([{}]);
});
