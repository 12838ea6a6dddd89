/**
 * Why a request gave no result, for a person: one sentence, what to do about it, and the
 * technical details. `kind` is "stopped" (by the person), "late", "cut" (no answer), "refused"
 * (the input was at fault; nothing was changed), "failed" (the server's fault) or "unreadable".
 */
export class Failure extends Error {
  constructor({ kind, sentence, advice, details }) {
    super(sentence);
    this.kind = kind;
    this.sentence = sentence;
    this.advice = advice;
    this.details = details;
  }
}

const again = "Please try again in a moment.";
const operator = "If it stays so, tell the people who run this site.";

/** Sentences for the input errors that the server knows. */
const refusals = {
  "Please check inDate/outDate format (YYYY-MM-DD)":
    "These dates cannot be used: check-out must be after check-in, and the stay not too long.",
  "Please check number format (positive integer)": "The number of rooms must be 1 or more.",
  "Please specify customerName params": "Please enter a name for the booking.",
  "Please specify hotelId params": "Please choose a hotel.",
  "Please specify inDate/outDate params": "Please choose a check-in and a check-out day.",
  "Please specify location params": "Please choose a place, or type its coordinates as numbers.",
  "Please specify require params": "Please choose a kind of recommendation.",
  "Please specify username and password": "Please enter user name and password.",
};

/** Sentences for the codes that a failing part of the application gives. */
const codes = {
  DeadlineExceeded: ["A part of the booking system took too long to answer.", again],
  Internal: ["Something went wrong inside the booking system.", operator],
  PermissionDenied: ["A part of the booking system was denied access to its data.", operator],
  ResourceExhausted: ["The booking system has too much to do right now.", again],
  Unauthenticated: ["A part of the booking system was denied access to its data.", operator],
  Unavailable: ["A part of the booking system cannot be reached right now.", again],
  Unimplemented: ["This installation does not offer that.", ""],
};

/** Sentences for HTTP statuses whose text says nothing more. */
const statuses = {
  404: ["This installation does not offer that.", ""],
  413: ["What you entered is too long.", "Please shorten it."],
  414: ["What you entered is too long.", "Please shorten it."],
  429: ["The booking system has too much to do right now.", again],
  431: ["What you entered is too long.", "Please shorten it."],
  502: ["The booking system cannot be reached right now.", again],
  503: ["The booking system cannot be reached right now.", again],
  504: ["The booking system took too long to answer.", again],
};

/** The server answered with an error. */
export function answeredWithError({ request, status, text }) {
  const details = `${request}\nHTTP status ${status}\n${text.trim()}`;
  const refused = status >= 400 && status < 500;
  const [sentence, advice] = explanation(status, text.trim());
  return new Failure({ kind: refused ? "refused" : "failed", sentence, advice, details });
}

/** The server answered with something that is not what the contract says. */
export function unreadable({ request, text }) {
  return new Failure({
    kind: "unreadable",
    sentence: "The answer of the booking system could not be read.",
    advice: operator,
    details: `${request}\n${text.slice(0, 500)}`,
  });
}

/** The server knows no such user and password, though they were right when the person signed in. */
export function notAccepted({ request }) {
  return new Failure({
    kind: "refused",
    sentence: "Your user name and password are no longer accepted.",
    advice: "Please sign out and in again.",
    details: request,
  });
}

/** No answer came, or it broke off. */
export function cutOff({ request, cause }) {
  const offline = navigator.onLine === false;
  return new Failure({
    kind: "cut",
    sentence: offline
      ? "You seem to be offline."
      : "The connection to the booking system was lost or could not be made.",
    advice: offline ? "Please try again once you are connected." : again,
    details: `${request}\n${cause}`,
  });
}

/** The page did not want to wait any longer. */
export function tooLate({ request, deadlineMs }) {
  const seconds = deadlineMs / 1000;
  return new Failure({
    kind: "late",
    sentence: `The booking system did not answer within ${seconds} seconds.`,
    advice: again,
    details: `${request}\nno answer after ${seconds} s`,
  });
}

/** The person did not want to wait any longer. */
export function stopped({ request }) {
  return new Failure({
    kind: "stopped",
    sentence: "Stopped.",
    advice: "",
    details: `${request}\nstopped before the answer`,
  });
}

function explanation(status, text) {
  const refusal = refusals[text];
  if (refusal) return [refusal, ""];

  const code = /^rpc error: code = (\w+)/.exec(text)?.[1];
  if (code && codes[code]) return codes[code];
  if (statuses[status]) return statuses[status];
  if (status >= 500) return ["Something went wrong in the booking system.", again];
  return ["The booking system did not accept this request.", ""];
}
