/** Options that bound an operation on the server. */
export interface Bounds {
  readonly maxTimeMS?: number;
}

/** The server stops by itself when the caller does: the driver's `timeoutMS` has no effect since 7.9. */
export function boundsOf({ deadlineMs }: { readonly deadlineMs: number }): Bounds {
  if (deadlineMs === Number.POSITIVE_INFINITY) return {};
  return { maxTimeMS: Math.max(1, Math.ceil(deadlineMs - Date.now())) };
}
