import { ServiceError } from "@faultline/rpc/errors";
import type { HttpAnswer, HttpRequest, Route } from "@faultline/rpc/http/route";
import { ErrorCode, type Post } from "@faultline/thrift/social";
import type { Manner } from "../any-verb.ts";
import { Refusal } from "../refusal.ts";
import type { Backends } from "./backends.ts";
import { composeOnce } from "./compose-once.ts";
import { edgeOf, follow, unfollow } from "./edge.ts";
import { reading, redirectTo, saying, writing } from "./form-route.ts";
import { postsAnswer, userJson } from "./json.ts";
import { parseMedia } from "./media-lists.ts";
import {
  requiredName,
  requiredPage,
  requiredPostType,
  requiredText,
  requiredUserName,
} from "./parameters.ts";
import { newRequestId } from "./request-id.ts";
import { cookieWith, cookieWithout, refuseForeignPages, type Sessions } from "./session.ts";

const textType = "text/plain; charset=utf-8";

/** `/api`: what the pages ask for. Whoever is logged in acts for nobody else. */
export function browserApi(backends: Backends, sessions: Sessions, now: () => number): Route[] {
  return [
    ...accountRoutes(backends, sessions, now),
    ...graphRoutes(backends, sessions),
    ...postRoutes(backends, sessions),
  ];
}

function accountRoutes({ user }: Backends, sessions: Sessions, now: () => number): Route[] {
  return [
    changing(at("user/register", "User registration failure"), async (form, call) => {
      await user.registerUser(
        {
          reqId: newRequestId(),
          firstName: requiredName(form, "first_name"),
          lastName: requiredName(form, "last_name"),
          username: requiredUserName(form, "username"),
          password: requiredName(form, "password"),
        },
        call,
      );
      return redirectTo("../../index.html");
    }),
    changing(at("user/login", "User login failure"), async (form, call, request) => {
      const username = requiredName(form, "username");
      const password = requiredName(form, "password");
      const login = { reqId: newRequestId(), username, password };
      const token = await user.login(login, call).catch(refuseLogin);
      const location = `../../main.html?username=${encodeURIComponent(username)}`;
      return redirectTo(location, { "set-cookie": cookieWith(token, request, now()) });
    }),
    changing(at("user/logout", "User logout failure"), async (_form, _call, request) =>
      redirectTo("../../index.html", { "set-cookie": cookieWithout(request) }),
    ),
    reading(at("user/session", "Get session failure"), async (_form, _call, request) => ({
      headers: ownEyes,
      body: userJson(sessions.of(request)),
    })),
  ];
}

/** Whoever tries names learns nothing about which of them exist. */
function refuseLogin(error: Error): never {
  const isRefused =
    error instanceof ServiceError && error.exceptionCode === ErrorCode.SE_UNAUTHORIZED;
  if (!isRefused) throw error;
  throw new Refusal(401, "User login failure: Incorrect username or password");
}

function graphRoutes(backends: Backends, sessions: Sessions): Route[] {
  const graph = backends["social-graph"];
  const attempt = "Get user-timeline failure";
  return [
    changing(at("user/follow", "Follow Failed"), async (form, call, request) => {
      await follow(graph, edgeOf(form, sessions.of(request)), call);
      return redirectTo("../../contact.html");
    }),
    changing(at("user/unfollow", "Unfollow Failed"), async (form, call, request) => {
      await unfollow(graph, edgeOf(form, sessions.of(request)), call);
      return saying("", textType);
    }),
    reading(at("user/get_follower", attempt), async (_form, call, request) => {
      const { userId } = sessions.of(request);
      const ids = await graph.getFollowers({ reqId: newRequestId(), userId }, call);
      return { headers: ownEyes, body: ids.map((id) => ({ follower_id: String(id) })) };
    }),
    reading(at("user/get_followee", attempt), async (_form, call, request) => {
      const { userId } = sessions.of(request);
      const ids = await graph.getFollowees({ reqId: newRequestId(), userId }, call);
      return { headers: ownEyes, body: ids.map((id) => ({ followee_id: String(id) })) };
    }),
  ];
}

function postRoutes(backends: Backends, sessions: Sessions): Route[] {
  const { "compose-post": composer, "home-timeline": home, "user-timeline": own } = backends;
  return [
    changing(at("post/compose", "compost_post failure"), async (form, call, request) => {
      const postType = requiredPostType(form);
      const post = { postType, text: requiredText(form), ...parseMedia(form) };
      const author = sessions.of(request);
      await composeOnce(composer, request, { reqId: newRequestId(), ...author, ...post }, call);
      return saying("Successfully upload post", textType);
    }),
    // Which of the two is missed first, the token or an argument, is the original's order.
    reading(at("home-timeline/read", "Get home-timeline failure"), async (form, call, request) => {
      const { userId } = sessions.of(request);
      const page = requiredPage(form);
      return timeline(
        await home.readHomeTimeline({ reqId: newRequestId(), userId, ...page }, call),
      );
    }),
    reading(at("user-timeline/read", "Get user-timeline failure"), async (form, call, request) => {
      const page = requiredPage(form);
      const { userId } = sessions.of(request);
      return timeline(await own.readUserTimeline({ reqId: newRequestId(), userId, ...page }, call));
    }),
  ];
}

function at(path: string, attempt: string): Manner {
  return { path: `/api/${path}`, attempt, textType };
}

/** A route that does something in somebody's name, and so only for pages of our own. */
function changing(manner: Manner, act: Parameters<typeof writing>[1]): Route {
  return writing(manner, async (form, call, request: HttpRequest) => {
    refuseForeignPages(request);
    return act(form, call, request);
  });
}

/** What is one user's must not be kept for others, nor shown again after logging out. */
const ownEyes = { "cache-control": "no-store" };

function timeline(posts: readonly Post[]): HttpAnswer {
  return postsAnswer(posts, ownEyes);
}
