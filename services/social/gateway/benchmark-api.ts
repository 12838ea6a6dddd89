import type { Route } from "@faultline/rpc/http/route";
import type { Manner } from "../any-verb.ts";
import type { Backends } from "./backends.ts";
import { composeOnce } from "./compose-once.ts";
import { edgeOf, follow, unfollow } from "./edge.ts";
import { reading, saying, writing } from "./form-route.ts";
import { postsAnswer } from "./json.ts";
import { parseMedia } from "./media-lists.ts";
import {
  requiredId,
  requiredName,
  requiredPage,
  requiredPostType,
  requiredText,
  requiredUserName,
} from "./parameters.ts";
import { newRequestId } from "./request-id.ts";

const textType = "application/octet-stream";
const success = saying("Success!", textType);

/** `/wrk2-api`: what workloads ask for. Nobody has to log in, and everybody may act for everybody. */
export function benchmarkApi(backends: Backends): Route[] {
  const { user, "home-timeline": home, "user-timeline": own } = backends;
  const graph = backends["social-graph"];
  return [
    writing(at("user/register", "User registration failure"), async (form, call) => {
      await user.registerUserWithId(
        {
          reqId: newRequestId(),
          firstName: requiredName(form, "first_name"),
          lastName: requiredName(form, "last_name"),
          username: requiredUserName(form, "username"),
          password: requiredName(form, "password"),
          userId: requiredId(form, "user_id"),
        },
        call,
      );
      return success;
    }),
    writing(at("user/follow", "Follow Failed"), async (form, call) => {
      await follow(graph, edgeOf(form), call);
      return success;
    }),
    writing(at("user/unfollow", "Unfollow Failed"), async (form, call) => {
      await unfollow(graph, edgeOf(form), call);
      return success;
    }),
    writing(at("post/compose", "compost_post failure"), compose(backends)),
    reading(at("home-timeline/read", "Get home-timeline failure"), async (form, call) => {
      const request = { userId: requiredId(form, "user_id"), ...requiredPage(form) };
      return postsAnswer(await home.readHomeTimeline({ reqId: newRequestId(), ...request }, call));
    }),
    reading(at("user-timeline/read", "Get user-timeline failure"), async (form, call) => {
      const request = { userId: requiredId(form, "user_id"), ...requiredPage(form) };
      return postsAnswer(await own.readUserTimeline({ reqId: newRequestId(), ...request }, call));
    }),
  ];
}

function at(path: string, attempt: string): Manner {
  return { path: `/wrk2-api/${path}`, attempt, textType };
}

function compose(backends: Backends): Parameters<typeof writing>[1] {
  return async (form, call, request) => {
    await composeOnce(
      backends["compose-post"],
      request,
      {
        reqId: newRequestId(),
        userId: requiredId(form, "user_id"),
        username: requiredUserName(form, "username"),
        postType: requiredPostType(form),
        text: requiredText(form),
        ...parseMedia(form),
      },
      call,
    );
    return saying("Successfully upload post", textType);
  };
}
