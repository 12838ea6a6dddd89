/** What `verify` asks an application, and what is right then. */
export interface FrontDoor {
  /** The server that answers. */
  readonly name: string;
  /** What traces call it, where that is another name. */
  readonly tracedAs?: string;
  readonly routes: readonly Route[];
  /** Makes what right answers need, once. Rejects if it cannot. */
  prepare?(url: string, signal: AbortSignal): Promise<void>;
}

/** A route of a front door, as far as `verify` asks it. */
export interface Route {
  readonly path: string;
  readonly method: "GET" | "POST";
  /** Its share of the standard mix's requests. */
  readonly weight: number;
  /** Servers whose answers it needs, besides the front door. */
  readonly reaches: readonly string[];
  /** The query of the request with that number. */
  query?(index: number): Fields;
  /** The form in its body. */
  form?(index: number): Fields;
  /** Of every right answer; 200 without it. */
  readonly status?: number;
  /** Stands in every right answer. */
  readonly answer: RegExp;
  /** Asked when the request is sent: whether an answer is right beyond that. */
  judge?(index: number): (body: string) => boolean;
}

export type Fields = Readonly<Record<string, string>>;
