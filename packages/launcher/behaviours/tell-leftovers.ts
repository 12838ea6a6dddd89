import type { Behaviour } from "./behaviour.ts";

/** Says which servers of a start that was killed had to be ended; opening the data directory has done it. */
export const tellLeftovers: Behaviour = ({ dataDirectory: { leftovers }, screen }) => ({
  beforeStart() {
    if (leftovers.length === 0) return;
    screen.say(`Ended what an earlier start had left running: ${leftovers.join(", ")}.`);
  },
});
