/** What can be measured while a fault is on with its default values; `verify` looks for it, and for nothing more. */
export interface Signs {
  /**
   * Whose callers suffer: every route that reaches this service does, and no other. `{service}` stands for a
   * parameter's value, `*` for every service; left out, nothing can be measured from outside.
   */
  readonly service?: string;
  /** Share of the suffering routes' requests that fail: at least, and at most. Left out, none does. */
  readonly failing?: readonly [number, number];
  /** By how much the slower half of the suffering routes' answers are later at least, in milliseconds. */
  readonly slowerMs?: number;
  /** A line in a server's log that is not there without it. */
  readonly log?: { readonly server: string; readonly says: RegExp };
  /** It heals by itself: the share is counted from the injection on. */
  readonly passing?: true;
  /** Only from its next start on does a service suffer, so it is started again after the injection. */
  readonly restart?: string;
}
