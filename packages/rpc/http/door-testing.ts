import { createConnection } from "node:net";
import { silent } from "@faultline/telemetry/logger";
import { onTestFinished } from "vitest";
import { toServiceError } from "../errors.ts";
import type { HttpHandlers, Route } from "./route.ts";
import { type HttpServer, type HttpServerOptions, startHttpServer } from "./server.ts";

/** A door with these routes whose failures are their messages. */
export function doorOf(...routes: Route[]): HttpHandlers {
  return {
    routes,
    renderError(error) {
      const { code, message } = toServiceError(error);
      return { status: code === "invalidArgument" ? 400 : 500, body: `${message}\n` };
    },
  };
}

/** Opens a door for the length of a test. */
export async function openDoor(
  handlers: HttpHandlers,
  options: Partial<HttpServerOptions> = {},
): Promise<{ readonly server: HttpServer; readonly url: string }> {
  const server = await startHttpServer({
    handlers,
    service: "frontend",
    log: silent,
    host: "127.0.0.1",
    port: 0,
    ...options,
  });
  onTestFinished(() => server.close());
  return { server, url: `http://127.0.0.1:${server.port}` };
}

/** Sends bytes as they are and gives back all that comes until the server closes. */
export function sendRaw(port: number, text: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = "";
    const socket = createConnection(port, "127.0.0.1", () => socket.write(text));
    socket.setEncoding("latin1");
    socket.on("data", (chunk) => {
      received += chunk;
    });
    socket.on("close", () => resolve(received));
    socket.on("error", reject);
  });
}
