import { holdsSocket, socketInodes } from "./port-holder.ts";

/** Which of some processes has opened a connection from that port of this machine, as far as `/proc` tells. */
export function connectionOwner(port: number, pids: readonly number[]): number | undefined {
  const inodes = socketInodes((local, state) => state !== "listening" && local === port);
  return pids.find((pid) => holdsSocket(pid, inodes));
}
