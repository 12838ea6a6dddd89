import { join } from "node:path";
import type { HttpHandlers, Route } from "@faultline/rpc/http/route";
import { failuresOf } from "../refusal.ts";
import type { Backends } from "./backends.ts";
import { benchmarkApi } from "./benchmark-api.ts";
import { browserApi } from "./browser-api.ts";
import { type MediaPlace, mediaOrigin } from "./media-place.ts";
import { pageHeaders } from "./page-headers.ts";
import { createSessions } from "./session.ts";

/** What a gateway is told about its deployment. */
export interface GatewayOptions {
  /** What login tokens are signed with; the user service has the same. */
  readonly secret: string;
  /** Whether `/wrk2-api` is there, where anybody may act for anybody. */
  readonly benchmark: boolean;
  readonly media: MediaPlace;
  readonly now?: () => number;
}

/** The front door of Social Network: its HTTP routes, and the pages that use them. */
export function createGateway(backends: Backends, options: GatewayOptions): HttpHandlers {
  const { secret, benchmark, now = Date.now } = options;
  const routes = [
    settingsOfPages(options),
    ...browserApi(backends, createSessions(secret, now), now),
  ];
  return {
    routes: benchmark ? [...routes, ...benchmarkApi(backends)] : routes,
    staticFolder: join(import.meta.dirname, "static"),
    staticFiles: {
      index: "served",
      methods: ["GET", "HEAD"],
      headers: (host) => pageHeaders(options.media, host),
    },
    crossOrigin: (path) => !path.startsWith("/wrk2-api/"),
    renderError: failuresOf("Failure", "text/plain; charset=utf-8"),
  };
}

/** Tells the pages what they cannot know. */
function settingsOfPages({ media }: GatewayOptions): Route {
  return {
    methods: ["GET", "HEAD"],
    path: "/settings.json",
    handle: async ({ headers }) => ({ body: { media: mediaOrigin(media, String(headers.host)) } }),
  };
}
