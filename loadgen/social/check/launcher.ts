import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ErrandError } from "../../application.ts";
import { usageExitCode } from "../../runner/conclusion.ts";
import { shown } from "../../verdict.ts";
import type { Running, Server } from "./running.ts";

const deadlineMs = 30_000;
const doesNotRun = 409;

/** The launcher of the application that runs with a data directory, as it stands after `npm start`. */
export class Launcher implements Running {
  readonly caFile: string;
  readonly #dataDirectory: string;

  constructor(dataDirectory: string) {
    this.#dataDirectory = dataDirectory;
    this.caFile = join(dataDirectory, "tls", "social-ca.pem");
  }

  /** Throws an `ErrandError` if nothing runs there. */
  async servers(): Promise<readonly Server[]> {
    const response = await ask(`${this.#control().url}/api/status`, {});
    if (!response.ok) {
      const text = `the launcher does not say what runs: status ${response.status}`;
      throw new ErrandError(text, usageExitCode);
    }
    // The launcher's own answer, whose shape its tests promise.
    const { servers } = (await response.json()) as { readonly servers: readonly Server[] };
    return servers;
  }

  async kill(server: string): Promise<boolean> {
    const { url, token } = this.#control();
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const path = `/api/servers/${encodeURIComponent(server)}/kill`;
    const response = await ask(`${url}${path}`, { method: "POST", headers, body: "{}" });
    const said = await response.text();
    if (response.ok) return true;
    if (response.status === doesNotRun) return false;
    const text = `the launcher does not kill ${server}: status ${response.status}, ${shown(said)}`;
    throw new ErrandError(text, usageExitCode);
  }

  #control(): { readonly url: string; readonly token: string } {
    try {
      const { url } = JSON.parse(readFileSync(join(this.#dataDirectory, "control.json"), "utf8"));
      const token = readFileSync(join(this.#dataDirectory, "control-token"), "utf8").trim();
      return { url: String(url), token };
    } catch (cause) {
      throw nothingRuns(this.#dataDirectory, cause);
    }
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
