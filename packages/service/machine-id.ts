// For services that make ids: no other process has a use for it.
export { readMachineId } from "@faultline/config/machine-id";
