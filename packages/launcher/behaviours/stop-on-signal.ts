import type { Behaviour } from "./behaviour.ts";

/** npm and the terminal may both send the signal of one Ctrl-C; what follows sooner is no second press. */
const samePressMs = 400;

/**
 * Ctrl-C, SIGTERM, a closed terminal and the end of the process that started this one stop everything in order.
 * A second Ctrl-C ends all at once.
 */
export const stopOnSignal: Behaviour = (launched) => {
  let firstAtMs: number | undefined;
  const on = (why: string) => () => {
    if (firstAtMs === undefined) {
      firstAtMs = Date.now();
      launched.screen.say(`\n${why}: stopping …`);
      void launched.stop();
    } else if (Date.now() - firstAtMs > samePressMs) {
      launched.screen.say("Ending everything at once.");
      launched.killAll();
    }
  };
  const listeners: readonly [string, () => void][] = [
    ["SIGINT", on("Ctrl-C")],
    ["SIGTERM", on("SIGTERM")],
    ["SIGHUP", on("The terminal was closed")],
    // The process that started this one, and that would pass signals on, is gone.
    ["disconnect", on("Whoever started this has ended")],
  ];
  return {
    beforeStart() {
      for (const [source, listener] of listeners) process.on(source, listener);
    },
    afterStop() {
      for (const [source, listener] of listeners) process.off(source, listener);
    },
  };
};
