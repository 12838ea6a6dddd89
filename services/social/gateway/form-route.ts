import type { Call } from "@faultline/rpc/call";
import type { HttpAnswer, HttpRequest, Route } from "@faultline/rpc/http/route";
import { anyVerb, type Manner } from "../any-verb.ts";
import { type Form, parseForm } from "./form.ts";

/** The longest that a client waits; what services do for it may go on. */
const deadlineMs = 10_000;
const bodyBytesMax = 1_048_576;

type Act = (form: Form, call: Call, request: HttpRequest) => Promise<HttpAnswer>;

/** A route whose parameters are in its body, which is read as a form whatever its type, and by any verb. */
export function writing(manner: Manner, act: Act): Route {
  const route = anyVerb(manner, async (request, call) => {
    const body = await request.body();
    return act(parseForm(body.toString("latin1")), call, request);
  });
  return { ...route, deadlineMs, bodyBytesMax };
}

/** A route whose parameters are in its query. */
export function reading(manner: Manner, act: Act): Route {
  const route = anyVerb(manner, async (request, call) =>
    act(parseForm(request.search), call, request),
  );
  return { ...route, deadlineMs };
}

/** A success that is told in a word. */
export function saying(text: string, textType: string): HttpAnswer {
  return { headers: { "content-type": textType }, body: text === "" ? "" : `${text}\n` };
}

/** What sends a browser on. */
export function redirectTo(location: string, headers: Record<string, string> = {}): HttpAnswer {
  return { status: 302, headers: { ...headers, location }, body: "" };
}
