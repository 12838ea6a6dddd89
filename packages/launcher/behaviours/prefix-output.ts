import { LogFollower } from "../log-follower.ts";
import type { Behaviour } from "./behaviour.ts";

const lookEveryMs = 100;

/** With `--verbose`, shows every line of every server's log with the server's name before it. */
export const prefixOutput: Behaviour = ({ children, screen, verbose }) => {
  if (!verbose) return {};
  const width = Math.max(...[...children.keys()].map((name) => name.length));
  const followers = [...children.values()].map(({ plan, logPath }) => ({
    prefix: `${plan.name.padEnd(width)} │ `,
    log: new LogFollower(logPath),
  }));
  const showNew = () => {
    for (const { prefix, log } of followers) {
      for (const line of log.readLines()) screen.say(prefix + line);
    }
  };
  let timer: NodeJS.Timeout | undefined;
  return {
    beforeStart() {
      timer = setInterval(showNew, lookEveryMs);
    },
    afterStop() {
      clearInterval(timer);
      showNew();
    },
  };
};
