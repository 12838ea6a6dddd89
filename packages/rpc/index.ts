// What handlers and layers need. Transports have entrances of their own, so that nobody loads one in passing.
export { alter, type Call, type CallScope, type Middleware } from "./call.ts";
export { Cancellation } from "./cancellation.ts";
export { compose, type MaybeLayer } from "./compose.ts";
export * from "./errors.ts";
export type { HttpAnswer, HttpHandlers, HttpRequest, Query, Route } from "./http/route.ts";
export type { Client, Contract, Handlers } from "./service.ts";
