import type { Machine } from "./machine.ts";
import type { CommandLine } from "./server-plan.ts";

/** Turns a command into the words to run, the program first, so that its process cannot outlive this one. */
export type Tether = (command: Omit<CommandLine, "env">) => readonly [string, ...string[]];

const nobody = "65534";

/**
 * On Linux the kernel kills a child when its launcher has died, even by `kill -9`: `setpriv` asks for that and then
 * becomes the program, under the same pid. Where there is no `setpriv`, children of a killed launcher live on until
 * the next start ends them.
 */
export function createTether({ setpriv, isRoot }: Pick<Machine, "setpriv" | "isRoot">): Tether {
  if (!setpriv) return ({ program, args }) => [program, ...args];
  return ({ program, args, unprivileged }) => {
    // Giving up rights later than here would make the kernel forget the wish.
    const asNobody = ["--reuid", nobody, "--regid", nobody, "--clear-groups"];
    const rights = unprivileged && isRoot ? asNobody : [];
    return [setpriv, ...rights, "--pdeathsig", "KILL", "--", program, ...args];
  };
}
