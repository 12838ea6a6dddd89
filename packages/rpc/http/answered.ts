import type { ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** What else ends with a connection: answers whose turn never came do not tell it. One listener for all of them. */
const endings = new WeakMap<Socket, Set<() => void>>();

/** Calls back once the answer has left or its client is gone; at once if that is so already. */
export function whenAnswered(response: ServerResponse, work: () => void): void {
  const { socket } = response.req;
  if (response.closed || socket.destroyed) {
    work();
    return;
  }
  const endingsHere = endings.get(socket) ?? watch(socket);
  const end = () => {
    response.off("close", end);
    if (endingsHere.delete(end)) work();
  };
  endingsHere.add(end);
  response.once("close", end);
}

function watch(socket: Socket): Set<() => void> {
  const made = new Set<() => void>();
  endings.set(socket, made);
  socket.once("close", () => {
    for (const end of made) end();
  });
  return made;
}

/** Ends the connection of a client that has not taken its answer by then. */
export function cutOffAfter(response: ServerResponse, sendMs: number): void {
  const timer = setTimeout(() => response.req.socket.destroy(), sendMs);
  whenAnswered(response, () => clearTimeout(timer));
}
