import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ErrandError } from "../../application.ts";

/** A process of the running application, as its launcher tells it. */
export interface Server {
  readonly name: string;
  readonly kind: string;
  readonly state: string;
  readonly url: string;
}

const deadlineMs = 30_000;
const usageExitCode = 2;

/** The launcher of the application that runs with a data directory, as it stands after `npm start`. */
export class Launcher {
  readonly #url: string;
  readonly #token: string;

  /** Throws an `ErrandError` if nothing runs there. */
  constructor(dataDirectory: string) {
    try {
      const { url } = JSON.parse(readFileSync(join(dataDirectory, "control.json"), "utf8"));
      this.#url = String(url);
      this.#token = readFileSync(join(dataDirectory, "control-token"), "utf8").trim();
    } catch (cause) {
      throw nothingRuns(dataDirectory, cause);
    }
  }

  async servers(): Promise<readonly Server[]> {
    const response = await ask(`${this.#url}/api/status`, {});
    // The launcher's own answer, whose shape its tests promise.
    const { servers } = (await response.json()) as { readonly servers: readonly Server[] };
    return servers;
  }

  /** Ends a process as the machine would, without a chance to put anything in order. It is started again. */
  async kill(server: string): Promise<void> {
    const headers = {
      authorization: `Bearer ${this.#token}`,
      "content-type": "application/json",
    };
    const path = `/api/servers/${encodeURIComponent(server)}/kill`;
    const response = await ask(`${this.#url}${path}`, { method: "POST", headers, body: "{}" });
    await response.body?.cancel();
  }
}

async function ask(url: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(url, { ...request, signal: AbortSignal.timeout(deadlineMs) });
  } catch (cause) {
    throw new ErrandError(`the launcher at ${url} does not answer: ${cause}`, usageExitCode);
  }
}

function nothingRuns(dataDirectory: string, cause: unknown): ErrandError {
  const text = `no application runs with the data directory ${dataDirectory} (npm start, or --data-dir): ${cause}`;
  return new ErrandError(text, usageExitCode);
}
