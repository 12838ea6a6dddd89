/** What can be measured while a fault is on; `verify` looks for it, and for nothing more. */
export interface Signs {
  /**
   * Whose callers suffer: every route that reaches this service does, and no other. `{service}` stands for a
   * parameter's value, `*` for every service; left out, nothing can be measured from outside.
   */
  readonly service?: string;
  /** It is enough that one of those routes suffers; the others may. */
  readonly some?: true;
  /** Only routes that write suffer. */
  readonly writing?: true;
  /** Answers are wrong and nothing says so: no call fails. */
  readonly silent?: true;
  /** Values other than the defaults that show it under the light load of `verify`. */
  readonly given?: Readonly<Record<string, number | string>>;
  /** Share of the suffering routes' requests that fail: at least, and at most. Left out, none does. */
  readonly failing?: readonly [number, number];
  /** By how much the slower half of the suffering routes' answers are later at least, in milliseconds. */
  readonly slowerMs?: number;
  /** A line in a server's log that is not there without it. */
  readonly log?: { readonly server: string; readonly says: RegExp };
  /** A figure on a server's metrics page that grows by at least so much in a phase, or reaches that. */
  readonly metric?: {
    readonly server: string;
    readonly name: RegExp;
    readonly growsBy?: number;
    readonly reaches?: number;
  };
  /** The spans of a service begin so many milliseconds after the request that they belong to. */
  readonly aheadMs?: { readonly service: string; readonly by: number };
  /** It heals by itself: the share is counted from the injection on. */
  readonly passing?: true;
}
