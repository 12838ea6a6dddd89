import { stat } from "node:fs/promises";
import { join } from "node:path";
import express, { type Handler } from "express";
import { locationOf } from "./target.ts";

/**
 * Serves a folder: `index.html` for a folder's path, a redirect for a folder without its slash and for
 * `index.html` by name, conditional requests by date. What is not there is left to the next handler.
 */
export function serveFiles(folder: string): Handler[] {
  return [
    redirectIndex,
    express.static(folder, { etag: false, redirect: false, dotfiles: "ignore" }),
    redirectFolder(folder),
  ];
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
