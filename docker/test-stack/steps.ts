import type { Stack } from "./stack.ts";

/** What a step acts on. */
export interface World {
  readonly stack: Stack;
  /** The front door. */
  readonly url: string;
  /** How many posts are made while containers are killed, where that is done. */
  readonly posts: number;
  /** Runs `npm run load` on the application and answers what that printed; rejects if an answer was wrong. */
  load(...args: readonly string[]): Promise<string>;
}

/** Something that is done; it says what it has seen, and rejects when that is not right. */
export interface Step {
  readonly says: string;
  does(): Promise<string>;
}

/** An application as its compose file has it. */
export interface ComposedApp {
  /** As `npm run load` has it. */
  readonly name: string;
  /** A service of it whose image is built; it is the same for all. */
  readonly builds: string;
  /** On top of its own compose file. */
  readonly more?: readonly string[];
  /** By the variables that choose them: the ports of this machine. The first one is the front door's. */
  readonly ports: readonly string[];
  /** What is done once it is up, in this order. */
  steps(world: World): readonly Step[];
}

/** Brings the stack up, and waits until it is healthy. */
export async function bringUp(stack: Stack): Promise<string> {
  const startMs = performance.now();
  await stack.compose(["up", "--detach", "--no-build"], 600_000);
  await stack.untilHealthy();
  const { length } = await stack.containers();
  return `${length} containers healthy after ${Math.round((performance.now() - startMs) / 1_000)} s`;
}
