import type { Logger } from "./logger.ts";
import { encodeSpans } from "./otlp.ts";
import type { FinishedSpan } from "./spans.ts";

/** What takes spans that have ended. */
export interface SpanSink {
  take(span: FinishedSpan): void;
  /** Hands over what is still waiting, and ends. Never rejects. */
  close(): Promise<void>;
}

const queueMax = 2_048;
const batchMax = 512;
const waitMs = 1_000;
const exportTimeoutMs = 5_000;
const closeTimeoutMs = 1_000;

/**
 * Sends spans to an OTLP receiver over HTTP, in batches, one after the other. Those that there is no room for are
 * dropped, and so are batches that the receiver does not take: nobody waits for them, and one warning tells.
 */
export class SpanQueue implements SpanSink {
  readonly #url: string;
  readonly #log: Logger;
  #waiting: FinishedSpan[] = [];
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> | undefined;
  #isFailing = false;

  /** `otlpUrl` is the receiver's base, such as `http://localhost:4318`. */
  constructor(otlpUrl: string, log: Logger) {
    this.#url = tracesUrl(otlpUrl);
    this.#log = log;
  }

  take(span: FinishedSpan): void {
    if (this.#waiting.length >= queueMax) return;
    this.#waiting.push(span);
    if (this.#waiting.length >= batchMax) void this.#flush();
    else this.#timer ??= setTimeout(() => void this.#flush(), waitMs).unref();
  }

  async close(): Promise<void> {
    const late = Promise.withResolvers<void>();
    const timer = setTimeout(late.resolve, closeTimeoutMs);
    await Promise.race([this.#flush(), late.promise]);
    clearTimeout(timer);
  }

  #flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#sending ??= this.#sendAll().finally(() => {
      this.#sending = undefined;
    });
    return this.#sending;
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, batchMax);
      try {
        await post(this.#url, encodeSpans(batch));
        this.#isFailing = false;
      } catch (error) {
        if (!this.#isFailing) this.#log.warn("trace export failed", { reason: String(error) });
        this.#isFailing = true;
      }
    }
  }
}

function tracesUrl(base: string): string {
  return base.endsWith("/v1/traces") ? base : `${base.replace(/\/+$/, "")}/v1/traces`;
}

/** Rejects unless the receiver takes it. The client is loaded with the first batch: most processes start without. */
async function post(url: string, body: string): Promise<void> {
  const { request } = url.startsWith("https:")
    ? await import("node:https")
    : await import("node:http");
  const { resolve, reject, promise } = Promise.withResolvers<void>();
  const outgoing = request(url, {
    method: "POST",
    headers: { "content-type": "application/json", "content-length": Buffer.byteLength(body) },
    signal: AbortSignal.timeout(exportTimeoutMs),
  });
  outgoing.on("response", (response) => {
    const { statusCode = 0 } = response;
    response.resume().on("error", reject);
    response.on("end", () => {
      if (statusCode < 300) resolve();
      else reject(new Error(`the receiver answered HTTP ${statusCode}`));
    });
  });
  outgoing.on("error", reject).end(body);
  return promise;
}
