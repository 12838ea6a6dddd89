import type { Call } from "../call.ts";

/** What a route is given of a request. Bodies are read only by routes that ask for them. */
export interface HttpRequest {
  readonly method: string;
  /** The path after percent-decoding, without the query. */
  readonly path: string;
  readonly query: Query;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

/** The parameters of a URL: the first value of each name, and undefined for an absent one. */
export interface Query {
  get(name: string): string | undefined;
}

/** What a route answers with: JSON unless it says otherwise. */
export interface HttpAnswer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text is sent as it is; anything else as JSON on one line, ended by a newline. */
  readonly body: unknown;
}

/** One entry of a front door's contract. */
export interface Route {
  readonly methods: readonly string[];
  readonly path: string;
  /** Throws a `ServiceError` to fail; the front door's `renderError` makes an answer of it. */
  handle(request: HttpRequest, call: Call): Promise<HttpAnswer>;
}

/** What a front door is: its routes, its files, and how its failures look to a client. */
export interface HttpHandlers {
  readonly routes: readonly Route[];
  /** A folder of files served at `/`. */
  readonly staticFolder?: string;
  /** Headers that every answer of a route carries, failures too. */
  readonly headers?: Readonly<Record<string, string>>;
  renderError(error: Error): HttpAnswer;
}
