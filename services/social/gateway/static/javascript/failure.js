/**
 * Something that did not work, in words for people and details for those who look closer. `kind` is "login" (the
 * session is over), "refused" (the input was at fault; nothing changed), "failed" (the server's fault), "late" or
 * "cut" (no answer: it may have happened or not).
 */
export class Failure extends Error {
  constructor({ kind, sentence, advice = "", details = "" }) {
    super(sentence);
    this.kind = kind;
    this.sentence = sentence;
    this.advice = advice;
    this.details = details;
  }

  /** Whether something may have happened all the same. */
  get isUncertain() {
    return this.kind === "late" || this.kind === "cut" || this.kind === "failed";
  }
}

const again = "Please try again in a moment.";

/** Sentences for what the server says, the first that fits. */
const sayings = [
  [/^User registration failure: User (.*) already existed$/, (name) => `The user name ${name} is taken.`, "Please choose another one."],
  [/^User login failure: Incorrect username or password$/, () => "User name and password do not belong together.", "Please check both."],
  [/^(?:Follow|Unfollow) Failed: User: (.*) is not registered$/, (name) => `Nobody here is called ${name}.`, "Please check the name; upper and lower case count."],
  [/^Incomplete arguments$/, () => "Something is missing.", "Please fill in everything."],
  [/^Invalid arguments: a text has at most (\d+) characters$/, (most) => `This text is too long: ${Number(most).toLocaleString()} characters are the most.`, "Please shorten it, or make two posts of it."],
  [/^413 /, () => "This is too large.", "Please choose something smaller."],
  [/^Too many (?:pictures and films|requests) at once/, () => "Many people are sending or looking at pictures right now.", again],
];

/** The server answered with an error. */
export function answeredWithError({ request, status, text }) {
  const said = text.trim();
  const details = `${request}\nHTTP status ${status}\n${said}`;
  for (const [pattern, sentence, advice] of sayings) {
    const found = pattern.exec(said);
    if (found) return new Failure({ kind: "refused", sentence: sentence(found[1]), advice, details });
  }
  if (status === 401) {
    const sentence = "You are not logged in any more.";
    return new Failure({ kind: "login", sentence, advice: "Please log in again.", details });
  }
  if (status >= 500) {
    const sentence = "Something went wrong in the social network.";
    return new Failure({ kind: "failed", sentence, advice: again, details });
  }
  return new Failure({ kind: "refused", sentence: "The social network did not accept this.", details });
}

/** The server answered with something that is not what it should be. */
export function unreadable({ request, text }) {
  const sentence = "The answer of the social network could not be read.";
  return new Failure({ kind: "failed", sentence, details: `${request}\n${text.slice(0, 500)}` });
}

/** No answer came, or it broke off. */
export function cutOff({ request, cause }) {
  const offline = navigator.onLine === false;
  return new Failure({
    kind: "cut",
    sentence: offline ? "You seem to be offline." : "The social network cannot be reached.",
    advice: offline ? "Please try again once you are connected." : again,
    details: `${request}\n${cause}`,
  });
}

/** The page did not want to wait any longer. */
export function tooLate({ request, deadlineMs }) {
  const sentence = `The social network did not answer within ${deadlineMs / 1000} seconds.`;
  return new Failure({ kind: "late", sentence, advice: again, details: request });
}
