import { expect, test } from "vitest";
import { readMachineId } from "./machine-id.ts";

test("a process that makes ids may be given its own number", () => {
  expect(readMachineId({})).toBeUndefined();
  expect(readMachineId({ MACHINE_ID: "0" })).toBe(0);
  expect(readMachineId({ MACHINE_ID: "2047" })).toBe(2047);
  expect(() => readMachineId({ MACHINE_ID: "2048" })).toThrow("from 0 to 2047");
});
