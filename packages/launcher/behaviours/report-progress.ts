import type { Child } from "../child.ts";
import type { Behaviour } from "./behaviour.ts";

const namesMax = 6;

/** Shows while everything starts how many servers are ready and which ones are still waited for. */
export const reportProgress: Behaviour = ({ children, screen, stopping }) => ({
  watch(child) {
    child.events.once("ready", () => {
      if (!stopping.aborted) screen.progress(progressOf([...children.values()]));
    });
  },
});

function progressOf(children: readonly Child[]): string {
  const waiting = children.filter(({ state }) => state !== "ready").map(({ plan }) => plan.name);
  const names = waiting.slice(0, namesMax).join(", ") + (waiting.length > namesMax ? ", …" : "");
  const count = `${children.length - waiting.length} of ${children.length} ready`;
  return waiting.length > 0 ? `${count}; waiting for ${names}` : count;
}
