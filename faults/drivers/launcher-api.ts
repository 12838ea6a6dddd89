import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DriverError } from "../driver.ts";

/** The HTTP API of the launcher that runs with a data directory. */
export interface LauncherApi {
  /** Asks, and gives the answer's JSON. Rejects with a `DriverError` that says what was wrong. */
  get(path: string, signal: AbortSignal): Promise<unknown>;
  post(path: string, body: unknown, signal: AbortSignal): Promise<unknown>;
  delete(path: string, signal: AbortSignal): Promise<unknown>;
}

/** Looks for the launcher anew with every request, as it may have been started again in the meantime. */
export function launcherApi(dataDirectory: string): LauncherApi {
  return {
    get: (path, signal) => ask(dataDirectory, path, { method: "GET", signal }),
    post: (path, body, signal) =>
      ask(dataDirectory, path, { method: "POST", body: JSON.stringify(body ?? {}), signal }),
    delete: (path, signal) => ask(dataDirectory, path, { method: "DELETE", signal }),
  };
}

/** Where the launcher's API is. Throws a `DriverError` if none runs with the directory. */
export function launcherUrl(dataDirectory: string): string {
  const { url } = JSON.parse(read(dataDirectory, "control.json"));
  return String(url);
}

async function ask(dataDirectory: string, path: string, request: RequestInit): Promise<unknown> {
  const url = launcherUrl(dataDirectory);
  const token = read(dataDirectory, "control-token").trim();
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const response = await fetch(`${url}${path}`, { ...request, headers }).catch((cause) => {
    request.signal?.throwIfAborted();
    throw nothingRuns(dataDirectory, cause);
  });
  const body: unknown = await response.json();
  if (response.ok) return body;
  throw new DriverError(sentenceOf(body) ?? `the launcher answered ${response.status}`);
}

function read(dataDirectory: string, file: string): string {
  try {
    return readFileSync(join(dataDirectory, file), "utf8");
  } catch (cause) {
    throw nothingRuns(dataDirectory, cause);
  }
}

function nothingRuns(dataDirectory: string, cause: unknown): DriverError {
  return new DriverError(
    `no application runs with the data directory ${dataDirectory} (npm start, or --data-dir)`,
    { cause },
  );
}

function sentenceOf(body: unknown): string | undefined {
  if (typeof body !== "object" || body === null || !("error" in body)) return undefined;
  return String(body.error);
}
