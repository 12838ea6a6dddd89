import { stat } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import express, { type Handler } from "express";
import { sendAnswer, textAnswer } from "./answer.ts";
import type { StaticFiles } from "./route.ts";
import { locationOf } from "./target.ts";

/**
 * Serves a folder: `index.html` for a folder's path, a redirect for a folder without its slash and, unless it is
 * served by name too, for `index.html`; conditional requests by date. What is not there is left to the next handler.
 */
export function serveFiles(
  folder: string,
  { index, methods, headers }: StaticFiles = {},
): Handler[] {
  const setHeaders = (response: ServerResponse) => {
    const all = headers?.(response.req.headers.host ?? "") ?? {};
    for (const [name, value] of Object.entries(all)) response.setHeader(name, value);
  };
  return [
    onlyReading(methods ?? ["GET", "HEAD", "POST"]),
    ...(index === "served" ? [] : [redirectIndex]),
    express.static(folder, { etag: false, redirect: false, dotfiles: "ignore", setHeaders }),
    redirectFolder(folder),
  ];
}

/** Whatever the method that files may be read by, they are read as by GET. */
function onlyReading(methods: readonly string[]): Handler {
  const refusal = textAnswer(405, "405 method not allowed", { allow: methods.join(", ") });
  return (request, response, next) => {
    if (!methods.includes(request.method)) return sendAnswer(response, refusal);
    if (request.method !== "HEAD") request.method = "GET";
    next();
  };
}

const redirectIndex: Handler = (request, response, next) => {
  if (!request.path.endsWith("/index.html")) return next();
  redirect(response, "./");
};

function redirectFolder(folder: string): Handler {
  return async (request, response, next) => {
    const path = decodeURIComponent(request.path);
    if (path.endsWith("/") || !(await isFolder(join(folder, path)))) return next();
    redirect(response, `${locationOf(path.slice(path.lastIndexOf("/") + 1), "")}/`);
  };
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    // Not there, or nothing that can be asked about: not a folder.
    return false;
  }
}

function redirect(response: Parameters<Handler>[1], location: string): void {
  response.writeHead(301, { location, "content-length": 0 });
  response.end();
}
