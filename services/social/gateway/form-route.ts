import type { Call } from "@faultline/rpc/call";
import type { HttpAnswer, HttpRequest, Route } from "@faultline/rpc/http/route";
import { type Form, parseForm } from "./form.ts";
import { failuresOf, Refusal } from "./refusal.ts";

/** The longest that a client waits; what services do for it may go on. */
const deadlineMs = 10_000;
const bodyBytesMax = 1_048_576;

/** How a route of the gateway is told from others. */
export interface Manner {
  readonly path: string;
  /** What a failure begins with. */
  readonly attempt: string;
  /** The type of its texts. */
  readonly textType: string;
}

type Act = (form: Form, call: Call, request: HttpRequest) => Promise<HttpAnswer>;

/** A route whose parameters are in its body, which is read as a form whatever its type, and by any verb. */
export function writing(manner: Manner, act: Act): Route {
  const common = commonOf(manner);
  return {
    ...common,
    bodyBytesMax,
    handle: answering(common, async (request, call) => {
      const body = await request.body();
      return act(parseForm(body.toString("latin1")), call, request);
    }),
  };
}

/** A route whose parameters are in its query. */
export function reading(manner: Manner, act: Act): Route {
  const common = commonOf(manner);
  return {
    ...common,
    handle: answering(common, async (request, call) =>
      act(parseForm(request.search), call, request),
    ),
  };
}

/** What a client has to put right is an answer like any other, and no failure of ours to record. */
function answering(
  { renderError }: ReturnType<typeof commonOf>,
  handle: Route["handle"],
): Route["handle"] {
  return async (request, call) => {
    try {
      return await handle(request, call);
    } catch (error) {
      if (error instanceof Refusal) return renderError(error);
      throw error;
    }
  };
}

function commonOf({ path, attempt, textType }: Manner) {
  return {
    methods: "any",
    path,
    prefix: true,
    deadlineMs,
    renderError: failuresOf(attempt, textType),
  } as const;
}

/** A success that is told in a word. */
export function saying(text: string, textType: string): HttpAnswer {
  return { headers: { "content-type": textType }, body: text === "" ? "" : `${text}\n` };
}

/** What sends a browser on. */
export function redirectTo(location: string, headers: Record<string, string> = {}): HttpAnswer {
  return { status: 302, headers: { ...headers, location }, body: "" };
}
