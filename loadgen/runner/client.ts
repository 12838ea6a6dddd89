import { Pool } from "undici";
import type { Outgoing } from "../journey.ts";
import type { Answer } from "../verdict.ts";

export interface ClientOptions {
  /** Scheme, host and port of the front door. */
  readonly url: string;
  /** Connections at most; they are kept open between requests. */
  readonly connections: number;
  /** From the request's first byte to the answer's last. */
  readonly deadlineMs: number;
  /**
   * What stands before the path in the request line. The original's script writes an absolute URL of its own there,
   * whatever it talks to; the `Host` header is the true one.
   */
  readonly targetPrefix: string;
}

/** An answer, or the word for why there is none. */
export type Reply = (Answer & { readonly headers: AnswerHeaders }) | { readonly failure: string };

type AnswerHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface Client {
  ask(request: Outgoing): Promise<Reply>;
  /** Breaks off what is under way, and resolves when every connection is closed. */
  close(): Promise<void>;
}

const bodyMaxBytes = 1_048_576;

/** The caller sees to it that no more requests are under way than there are connections. */
export function openClient(options: ClientOptions): Client {
  const { url, connections, deadlineMs, targetPrefix } = options;
  const pool = new Pool(url, {
    ...{ connections, pipelining: 1, maxResponseSize: bodyMaxBytes },
    // One deadline covers everything, below.
    ...{ headersTimeout: 0, bodyTimeout: 0, connect: { timeout: deadlineMs } },
  });
  return {
    async ask({ method, target, headers = {}, body = null }) {
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort(late), deadlineMs);
      try {
        const path = `${targetPrefix}${target}`;
        const { signal } = controller;
        const answer = await pool.request({ method, path, headers, body, signal });
        return {
          ...{ status: answer.statusCode, headers: answer.headers },
          body: await answer.body.text(),
        };
      } catch (error) {
        return { failure: failureOf(error) };
      } finally {
        clearTimeout(timer);
      }
    },
    close: () => pool.destroy(brokenOff),
  };
}

export const timeout = "timeout";
export const interrupted = "interrupted";

const late = failed("LATE");
const brokenOff = failed("BROKEN_OFF");

function failed(code: string): Error {
  return Object.assign(new Error(code), { code });
}

const failures: Readonly<Record<string, string>> = {
  BROKEN_OFF: interrupted,
  ECONNREFUSED: "refused",
  ECONNRESET: "connection lost",
  EPIPE: "connection lost",
  LATE: timeout,
  UND_ERR_CONNECT_TIMEOUT: timeout,
  UND_ERR_RES_EXCEEDED_MAX_SIZE: "answer too large",
  UND_ERR_SOCKET: "connection lost",
};

function failureOf(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "no code";
  return failures[code] ?? code;
}
