import { type IncomingMessage, type RequestOptions, request } from "node:http";
import { request as requestSecurely } from "node:https";
import type { TlsConfig } from "@faultline/config/tls";
import type { ReadyCheck } from "./check.ts";
import { isListening } from "./exchange.ts";

/** A front door is ready when `GET /healthz` is answered with 200. */
export function httpAnswers(port: number, tls?: TlsConfig): ReadyCheck {
  return async (signal) => {
    if (!(await isListening(port, signal))) throw new Error(`nobody listens on port ${port} yet`);
    const response = await get(
      { host: "127.0.0.1", port, path: "/healthz", agent: false, signal },
      tls,
    );
    response.resume();
    if (response.statusCode !== 200) throw new Error(`/healthz answered ${response.statusCode}`);
  };
}

function get(options: RequestOptions, tls: TlsConfig | undefined): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const outgoing = tls
      ? requestSecurely({ ...options, ca: tls.ca, servername: tls.serverName }, resolve)
      : request(options, resolve);
    outgoing.once("error", reject);
    outgoing.end();
  });
}
