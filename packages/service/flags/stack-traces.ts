/** Frames of whatever flags have put around a call: they would name it. */
const ours = /\/(faults|service\/flags)\//;

/** Takes those frames out of the stacks of an error and its causes. */
export function withoutOurFrames<T>(thrown: T): T {
  for (let error: unknown = thrown; error instanceof Error; error = error.cause) {
    const { stack } = error;
    if (stack === undefined || !ours.test(stack)) continue;
    error.stack = stack
      .split("\n")
      .filter((line) => !ours.test(line))
      .join("\n");
  }
  return thrown;
}
