import { Binary, type Document } from "bson";
import { field, isDocument, optionalDocument, requiredString, toNumber } from "../arguments.ts";
import type { Client } from "../client.ts";
import { MongoError } from "../errors.ts";
import type { Log } from "../log/log.ts";
import type { AccessControl } from "./access-control.ts";
import { accessOf, type LoginUnderWay } from "./client-access.ts";
import type { Credentials, UserDocument } from "./documents.ts";
import { isScramMechanism, type ScramMechanism, scramMechanisms } from "./scram.ts";
import { LoginFailed, ScramConversation } from "./scram-conversation.ts";

/** What a login needs to know of the server and of the connection that it comes from. */
export type LoginContext = {
  readonly client: Client;
  readonly control: AccessControl;
  readonly log: Log;
};

type LoginOccasion = {
  readonly mechanism: string;
  readonly user: string;
  readonly db: string;
  readonly speculative: boolean;
};

/** MongoDB numbers the one conversation that a connection can have. */
const conversationId = 1;

/** Begins a login: the command saslStart, or the part of a hello that stands for it. */
export function startLogin(
  context: LoginContext,
  { body, db, speculative }: { body: Document; db: string; speculative: boolean },
): Document {
  const mechanism = requiredString(field(body, "mechanism", "saslStart"));
  if (!isScramMechanism(mechanism)) {
    throw new MongoError(
      "MechanismUnavailable",
      `Received authentication for mechanism ${mechanism} which is unknown or not enabled`,
    );
  }
  const options = optionalDocument(field(body, "options", "saslStart"));
  const conversation = new ScramConversation(
    mechanism,
    (user) => credentialOf(context.control, { mechanism, user, db }),
    { skipEmptyExchange: options?.skipEmptyExchange === true },
  );
  return advance(context, { conversation, db, speculative }, payloadOf(body));
}

/** Takes the next message of a login: the command saslContinue. */
export function continueLogin(context: LoginContext, body: Document): Document {
  const access = accessOf(context.client, context.control);
  const { login } = access;
  if (!login) throw new MongoError("ProtocolError", "No SASL session state found");
  if (toNumber(body.conversationId) !== conversationId) {
    access.login = undefined;
    throw new MongoError("ProtocolError", "sasl: Mismatched conversation id");
  }
  return advance(context, login, payloadOf(body));
}

/**
 * What a hello answers to `speculativeAuthenticate`: the reply of the login that it begins, or
 * undefined if that fails, upon which the client tries again in the ordinary way.
 */
export function speculate(context: LoginContext, asked: unknown): Document | undefined {
  if (!isDocument(asked)) return undefined;
  const db = typeof asked.db === "string" ? asked.db : "admin";
  try {
    if ("saslStart" in asked) return startLogin(context, { body: asked, db, speculative: true });
    return logInByCertificate(context, { body: asked, db, speculative: true });
  } catch (error) {
    // The reason is in the log; the client hears it from its next attempt.
    if (error instanceof MongoError) return undefined;
    throw error;
  }
}

/** The mechanisms of a user whom a hello asks about as `db.user`, if there is such a user. */
export function mechanismsOf(control: AccessControl, asked: unknown): string[] | undefined {
  if (typeof asked !== "string") return undefined;
  const dot = asked.indexOf(".");
  const user = control.findUser({ db: asked.slice(0, dot), user: asked.slice(dot + 1) });
  return user && mechanismNames(user.credentials);
}

export function mechanismNames(credentials: Credentials): string[] {
  if (credentials.external) return ["external"];
  return Object.keys(scramMechanisms).filter((name) => name in credentials);
}

/** Logs in by the certificate that the client showed when it connected (MONGODB-X509). */
export function logInByCertificate(
  context: LoginContext,
  { body, db, speculative }: { body: Document; db: string; speculative: boolean },
): Document {
  const subject = context.client.certificateSubject ?? "";
  const occasion = { mechanism: "MONGODB-X509", user: subject, db, speculative };
  return reported(context, occasion, () => {
    if (body.mechanism !== "MONGODB-X509") {
      throw new LoginFailed("BadValue", `Unsupported mechanism: ${body.mechanism}`);
    }
    if (!subject) throw new LoginFailed("AuthenticationFailed", "No verified subject name");
    if (typeof body.user === "string" && body.user !== subject) {
      throw new LoginFailed(
        "AuthenticationFailed",
        "There is no x.509 client certificate matching the user.",
      );
    }
    const user = existing(context.control, { user: subject, db });
    finish(context, occasion, user);
    return { dbname: db, user: subject };
  });
}

function advance(context: LoginContext, login: LoginUnderWay, payload: Uint8Array): Document {
  const { conversation, db, speculative } = login;
  const access = accessOf(context.client, context.control);
  access.login = undefined;
  const occasion = {
    mechanism: conversation.mechanism,
    db,
    speculative,
    get user() {
      return conversation.user;
    },
  };
  return reported(context, occasion, () => {
    const step = conversation.step(payload);
    if (step.done) finish(context, occasion, unchanged(context.control, occasion, conversation));
    else access.login = login;
    return { conversationId, done: step.done, payload: new Binary(step.payload) };
  });
}

function finish({ client, control, log }: LoginContext, on: LoginOccasion, user: UserDocument) {
  accessOf(client, control).logIn(user);
  log.write("authenticationSucceeded", `conn${client.id}`, attributesOf(on, client));
}

/** Runs one step; a failure goes to the log with its reason and to the client without. */
function reported(context: LoginContext, on: LoginOccasion, step: () => Document): Document {
  try {
    return step();
  } catch (error) {
    if (!(error instanceof LoginFailed)) throw error;
    context.log.write("authenticationFailed", `conn${context.client.id}`, {
      ...attributesOf(on, context.client),
      error: `${error.codeName}: ${error.message}`,
    });
    throw new MongoError("AuthenticationFailed", "Authentication failed.");
  }
}

function attributesOf({ mechanism, speculative, user, db }: LoginOccasion, client: Client) {
  return {
    mechanism,
    speculative,
    principalName: user,
    authenticationDatabase: db,
    remote: client.remote,
    extraInfo: {},
  };
}

function credentialOf(
  control: AccessControl,
  { mechanism, user, db }: { mechanism: ScramMechanism; user: string; db: string },
) {
  const credential = existing(control, { user, db }).credentials[mechanism];
  if (credential) return credential;
  throw new LoginFailed(
    "MechanismUnavailable",
    `Unable to use ${mechanism} based authentication for user without any stored ` +
      `${mechanism} credentials`,
  );
}

/** The user who has proved himself, unless he was dropped or changed while he did. */
function unchanged(control: AccessControl, on: LoginOccasion, conversation: ScramConversation) {
  const user = existing(control, on);
  const { storedKey } = user.credentials[conversation.mechanism] ?? {};
  if (storedKey && storedKey === conversation.credential?.storedKey) return user;
  throw new LoginFailed("AuthenticationFailed", "the credentials have changed during the login");
}

function existing(control: AccessControl, name: { user: string; db: string }): UserDocument {
  const user = control.findUser(name);
  if (user) return user;
  const text = `Could not find user "${name.user}" for db "${name.db}"`;
  throw new LoginFailed("UserNotFound", text);
}

/** The client's message; old shells send it as base64 text. */
function payloadOf(body: Document): Uint8Array {
  const payload: unknown = body.payload;
  if (payload instanceof Binary) return payload.value();
  if (payload instanceof Uint8Array) return payload;
  if (typeof payload === "string") return Buffer.from(payload, "base64");
  throw new MongoError("TypeMismatch", "Wrong type for field (payload)");
}
