import type { Call } from "../call.ts";

/** What a route is given of a request. */
export interface HttpRequest {
  readonly method: string;
  readonly scheme: "http" | "https";
  /** The path after percent-decoding, without the query. */
  readonly path: string;
  readonly query: Query;
  /** The query as it came, a byte a character, for a door that reads it by other rules. */
  readonly search: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Reads the whole body, of a route that takes bodies; empty for others. Rejects beyond the route's limit. */
  body(): Promise<Buffer>;
  /** The same piece by piece, no faster than it is taken. A body can be read in one way only. */
  readonly pieces: AsyncIterable<Buffer>;
  /** Calls back once its answer has left or its client is gone; at once if that is so already. */
  whenAnswered(work: () => void): void;
}

/** The parameters of a URL: the first value of each name, and undefined for an absent one. */
export interface Query {
  get(name: string): string | undefined;
}

/** What a route answers with: JSON unless it says otherwise. */
export interface HttpAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text and bytes are sent as they are; anything else as JSON on one line, ended by a newline. */
  readonly body: unknown;
  /** How long its client may take to receive it; whoever is slower is cut off. Left out, as long as it likes. */
  readonly sendMs?: number;
}

/** One entry of a front door's contract. */
export interface Route {
  /** The methods that it answers, others with 405; or whatever comes. */
  readonly methods: readonly string[] | "any";
  readonly path: string;
  /** Answers every path that begins with its own, unless a longer one does too. */
  readonly prefix?: true;
  /** How large a body may be that the route reads; 413 above that. Left out, bodies are read past. */
  readonly bodyBytesMax?: number;
  /** Longest time for a request, its body included, in milliseconds. */
  readonly deadlineMs?: number;
  /** Throws a `ServiceError` to fail; `renderError` makes an answer of it. */
  handle(request: HttpRequest, call: Call): Promise<HttpAnswer>;
  /** How its failures look, if not like those of the whole door. */
  renderError?(error: Error): HttpAnswer;
}

/** The files of a front door. */
export interface StaticFiles {
  /** `index.html` has a redirect to its folder, which is what else serves it, unless it is `served` by name too. */
  readonly index?: "served";
  /** By which methods files are read; GET, HEAD and POST if left out. */
  readonly methods?: readonly string[];
  /** Headers of every file, for the host that the client named. */
  headers?(host: string): Readonly<Record<string, string>>;
}

/** What a front door is: its routes, its files, and how its failures look to a client. */
export interface HttpHandlers {
  readonly routes: readonly Route[];
  /** A folder of files served at `/`. */
  readonly staticFolder?: string;
  readonly staticFiles?: StaticFiles;
  /** Headers that every answer of a route carries, failures too. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Whether the pages of other origins may read what is answered at a path; without it, none. */
  crossOrigin?(path: string): boolean;
  renderError(error: Error): HttpAnswer;
}
