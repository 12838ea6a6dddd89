import type { Fault } from "./fault.ts";
import { none } from "./none.ts";

/** Every fault, by its name. */
export const faults: readonly Fault[] = [none];
