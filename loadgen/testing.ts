import { spawn } from "node:child_process";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import type { Answer } from "./verdict.ts";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Started {
  readonly ended: Promise<Ended>;
  /** Resolves when it has written this to standard error. */
  said(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

/** Starts a program of this room; what is left of it after the test is killed. */
export function start(file: string, ...args: string[]): Started {
  const child = spawn(process.execPath, [file, ...args], {
    cwd: import.meta.dirname,
    stdio: ["ignore", "pipe", "pipe"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const output = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const) {
    child[name].setEncoding("utf8").on("data", (chunk) => {
      output[name] += chunk;
    });
  }
  return {
    ended: new Promise((resolve, reject) => {
      child.once("error", reject).once("close", (code) => resolve({ code, ...output }));
    }),
    said: (words) =>
      new Promise((resolve, reject) => {
        const look = () => output.stderr.includes(words) && resolve();
        child.stderr.on("data", look);
        child.once("close", () => reject(new Error(`it never said ${words}: ${output.stderr}`)));
      }),
    kill: (signal) => void child.kill(signal),
  };
}

export function run(file: string, ...args: string[]): Promise<Ended> {
  return start(file, ...args).ended;
}

type Told = Answer & { readonly headers?: Record<string, string> };

/** A front door that answers as a test wishes; it is closed after the test. Without an answer it stays silent. */
export async function openDoor(
  answer: (method: string, target: string, request: IncomingMessage) => Promise<Told | undefined>,
): Promise<string> {
  const server = createServer(async (request, response) => {
    const { pathname, search } = new URL(request.url ?? "/", "http://door");
    const found = await answer(request.method ?? "", `${pathname}${search}`, request);
    if (found) response.writeHead(found.status, found.headers).end(found.body);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A front door that passes all on to another and changes its answers. */
export function crookedDoor(url: string, change: (answer: Answer, target: string) => Answer) {
  return openDoor(async (method, target, request) => {
    const body = method === "GET" ? null : await text(request);
    const headers = { cookie: request.headers.cookie ?? "" };
    const response = await fetch(`${url}${target}`, { method, headers, body, redirect: "manual" });
    const cookie = response.headers.get("set-cookie");
    const answer = change({ status: response.status, body: await response.text() }, target);
    return cookie === null ? answer : { ...answer, headers: { "set-cookie": cookie } };
  });
}
