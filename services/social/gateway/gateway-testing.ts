import type { Middleware } from "@faultline/rpc/call";
import type { HttpHandlers } from "@faultline/rpc/http/route";
import { startHttpServer } from "@faultline/rpc/http/server";
import { connectInMemory, serveInMemory } from "@faultline/rpc/memory";
import type { Client, Contract, Handlers } from "@faultline/rpc/service";
import { testCall } from "@faultline/rpc/test-call";
import { silent } from "@faultline/telemetry/logger";
import {
  ComposePostService,
  HomeTimelineService,
  type Post,
  SocialGraphService,
  UserService,
  UserTimelineService,
} from "@faultline/thrift/social";
import { onTestFinished } from "vitest";
import { signLogin } from "../login-token.ts";
import type { Backends } from "./backends.ts";
import { createGateway, type GatewayOptions } from "./gateway.ts";

/** A request that a service was asked, without its number. */
export type Asked = readonly [method: string, request: object];

/** What the services behind the gateway answer; what is left out, they answer with nothing. */
export type Answers = Readonly<Record<string, (request: never) => unknown>>;

export const secret = "a secret";
export const somePlace = { ports: { gateway: 8080, media: 8081 } };
export const nowMs = 1_700_000_000_000;

export interface OpenGateway {
  readonly url: string;
  readonly port: number;
  /** In the order in which they arrived. */
  readonly asked: Asked[];
  post(path: string, body: string, headers?: Record<string, string>): Promise<Response>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
}

/** A gateway before services that answer as they are told, every message encoded and decoded on its way. */
export async function openGateway(
  answers: Answers = {},
  options: Partial<GatewayOptions> = {},
  layers: readonly Middleware[] = [],
): Promise<OpenGateway> {
  const asked: Asked[] = [];
  const backends = backendsThat(answers, asked);
  const handlers: HttpHandlers = createGateway(backends, {
    ...{ secret, benchmark: true, media: somePlace, now: () => nowMs },
    ...options,
  });
  const common = { handlers, layers, service: "gateway", log: testCall().log };
  const server = await startHttpServer({ ...common, host: "127.0.0.1", port: 0 });
  onTestFinished(() => server.close());
  const url = `http://127.0.0.1:${server.port}`;
  const asking = { redirect: "manual" } as const;
  return {
    url,
    port: server.port,
    asked,
    get: (path, headers = {}) => fetch(`${url}${path}`, { ...asking, headers }),
    post: (path, body, headers = {}) =>
      fetch(`${url}${path}`, { ...asking, method: "POST", body, headers }),
  };
}

function backendsThat(answers: Answers, asked: Asked[]): Backends {
  return {
    "compose-post": fake(ComposePostService, answers, asked),
    "home-timeline": fake(HomeTimelineService, answers, asked),
    "social-graph": fake(SocialGraphService, answers, asked),
    user: fake(UserService, answers, asked),
    "user-timeline": fake(UserTimelineService, answers, asked),
  };
}

const nothing: Readonly<Record<string, unknown>> = { login: "a.b.c", getUserId: 0n };

function fake<C extends Contract>(contract: C, answers: Answers, asked: Asked[]): Client<C> {
  const methods = Object.keys(contract.methods).map((method) => [
    method,
    async ({ reqId: _, ...request }: object & { reqId: bigint }) => {
      asked.push([method, request]);
      const answer = answers[method];
      return answer ? answer(request as never) : (nothing[method] ?? []);
    },
  ]);
  const handlers = Object.fromEntries(methods) as Handlers<C>;
  const service = contract.name;
  const server = serveInMemory({ contract, handlers, service, log: silent });
  const { client, close } = connectInMemory({
    contract,
    server,
    service: "gateway",
    peer: service,
  });
  onTestFinished(async () => {
    close();
    await server.close();
  });
  return client;
}

/** The cookie of somebody who is logged in. */
export function cookieOf(userId: bigint, username: string, atMs = nowMs): { cookie: string } {
  return { cookie: `login_token=${signLogin({ userId, username }, secret, atMs)}` };
}

/** The post of section 10 of the contract. */
export const post: Post = {
  postId: 9_007_199_254_740_993n,
  creator: { userId: 1n, username: "u/1" },
  reqId: 5n,
  text: 'a"/é',
  userMentions: [{ userId: 2n, username: "b" }],
  media: [{ mediaId: 123_456_789_012_345_678n, mediaType: "png" }],
  urls: [{ shortenedUrl: "http://s", expandedUrl: "http://e" }],
  timestamp: 1_700_000_000_000n,
  postType: 0,
};
