import type { Judge } from "./journey.ts";

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** A failed request is the system's own statement that it could not answer; a wrong answer claims to be right. */
export type Verdict =
  | { readonly kind: "ok" }
  | { readonly kind: "wrong"; readonly complaint: string }
  | { readonly kind: "failed"; readonly failure: string };

const shownMax = 160;

/** What an answer is worth. */
export function verdictOn({ status, body }: Answer, judge: Judge): Verdict {
  if (status >= 500 || status === 429) return { kind: "failed", failure: failureOf(status, body) };

  const complaint = status === 200 ? judge(body) : `status ${status}: ${shown(body)}`;
  return complaint === undefined ? { kind: "ok" } : { kind: "wrong", complaint };
}

/** A few words of what came, on one line. */
export function shown(body: string): string {
  return JSON.stringify(body.length > shownMax ? `${body.slice(0, shownMax)}…` : body);
}

/** With the code of the call that failed behind the front door, if the answer tells it. */
function failureOf(status: number, body: string): string {
  const code = /^rpc error: code = (\w{1,32}) /.exec(body)?.[1];
  return code ? `http ${status} ${code}` : `http ${status}`;
}
