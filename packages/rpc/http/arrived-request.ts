import type { IncomingMessage, ServerResponse } from "node:http";
import { whenAnswered } from "./answered.ts";
import { hasBody, readPieces, readWhole } from "./body.ts";
import { parseQuery } from "./query.ts";
import type { HttpRequest, Query } from "./route.ts";
import type { Target } from "./target.ts";

/** A request as it came in. Its query is parsed, and its body read, only for those who ask. */
export class ArrivedRequest implements HttpRequest {
  readonly method: string;
  readonly scheme: "http" | "https";
  readonly path: string;
  readonly search: string;
  readonly headers: HttpRequest["headers"];
  readonly #message: IncomingMessage;
  readonly #response: ServerResponse;
  readonly #bodyBytesMax: number;
  #query: Query | undefined;
  #body: Promise<Buffer> | undefined;

  /** Without `bodyBytesMax` the body is somebody else's to read. */
  constructor(response: ServerResponse, { path, query }: Target, bodyBytesMax: number | undefined) {
    const message: IncomingMessage = response.req;
    this.method = message.method ?? "";
    this.scheme = "encrypted" in message.socket ? "https" : "http";
    this.path = path;
    this.search = query;
    this.headers = message.headers;
    this.#message = message;
    this.#response = response;
    this.#bodyBytesMax = bodyBytesMax !== undefined && hasBody(message) ? bodyBytesMax : 0;
  }

  get query(): Query {
    this.#query ??= parseQuery(this.search);
    return this.#query;
  }

  body(): Promise<Buffer> {
    if (this.#bodyBytesMax === 0) return nothing;
    this.#body ??= readWhole(this.#message, this.#bodyBytesMax);
    return this.#body;
  }

  get pieces(): AsyncIterable<Buffer> {
    return this.#bodyBytesMax === 0 ? none() : readPieces(this.#message, this.#bodyBytesMax);
  }

  whenAnswered(work: () => void): void {
    whenAnswered(this.#response, work);
  }
}

const nothing = Promise.resolve(Buffer.alloc(0));

async function* none(): AsyncGenerator<Buffer, void, undefined> {}
