import { randomBytes, timingSafeEqual } from "node:crypto";
import { digest, hmac, type ScramCredential, type ScramMechanism } from "./scram.ts";

/** Why a login failed. For the server's log only: a client hears just that it failed. */
export class LoginFailed extends Error {
  override readonly name = "LoginFailed";
  readonly codeName: string;

  constructor(codeName: string, reason: string) {
    super(reason);
    this.codeName = codeName;
  }
}

type Step = { readonly payload: Buffer; readonly done: boolean };
type FirstMessage = {
  readonly user: string;
  readonly header: string;
  readonly bare: string;
  readonly nonce: string;
};

const nonceBytes = 24;
const payloadBytesMax = 64 * 1024;

/**
 * The server's side of one SCRAM login (RFC 5802, RFC 7677). It takes two messages from the
 * client, and a third, empty one unless `skipEmptyExchange` was agreed. Every failure throws
 * LoginFailed, after which the conversation is over.
 */
export class ScramConversation {
  /** The name that wants to log in; empty until the first message has been read. */
  user = "";
  /** What the proof is checked against, once the first message has been read. */
  credential: ScramCredential | undefined;
  readonly mechanism: ScramMechanism;
  readonly #credentialOf: (user: string) => ScramCredential;
  readonly #skipEmptyExchange: boolean;
  #next: (message: string) => Step = (message) => this.#first(message);

  /** `credentialOf` throws LoginFailed for a user who cannot log in this way. */
  constructor(
    mechanism: ScramMechanism,
    credentialOf: (user: string) => ScramCredential,
    options: { readonly skipEmptyExchange?: boolean } = {},
  ) {
    this.mechanism = mechanism;
    this.#credentialOf = credentialOf;
    this.#skipEmptyExchange = options.skipEmptyExchange ?? false;
  }

  /** Answers the client's next message. `done` says that the client has proved itself. */
  step(payload: Uint8Array): Step {
    if (payload.length > payloadBytesMax) throw badMessage("payload is too long");
    const next = this.#next;
    this.#next = () => {
      throw new LoginFailed("AuthenticationFailed", "SCRAM conversation is already over");
    };
    return next(Buffer.from(payload).toString("utf8"));
  }

  #first(message: string): Step {
    const first = parseFirstMessage(message);
    this.user = first.user;
    const credential = this.#credentialOf(first.user);
    this.credential = credential;
    const nonce = first.nonce + randomBytes(nonceBytes).toString("base64");
    const challenge = `r=${nonce},s=${credential.salt},i=${credential.iterationCount}`;
    this.#next = (final) => this.#final(final, { credential, nonce, first, challenge });
    return { payload: Buffer.from(challenge), done: false };
  }

  #final(
    message: string,
    agreed: {
      readonly credential: ScramCredential;
      readonly nonce: string;
      readonly first: FirstMessage;
      readonly challenge: string;
    },
  ): Step {
    const final = parseFinalMessage(message);
    if (final.nonce !== agreed.nonce) throw badMessage("Incorrect SCRAM client nonce");
    if (final.binding !== Buffer.from(agreed.first.header).toString("base64")) {
      throw badMessage("Incorrect SCRAM channel binding");
    }

    const signed = `${agreed.first.bare},${agreed.challenge},${final.withoutProof}`;
    this.#checkProof(final.proof, signed, agreed.credential);
    const serverKey = Buffer.from(agreed.credential.serverKey, "base64");
    const payload = Buffer.from(`v=${hmac(this.mechanism, serverKey, signed).toString("base64")}`);
    if (this.#skipEmptyExchange) return { payload, done: true };

    this.#next = (empty) => {
      if (empty !== "") throw badMessage("the last message of the client must be empty");
      return { payload: Buffer.alloc(0), done: true };
    };
    return { payload, done: false };
  }

  #checkProof(proof: Buffer, signed: string, credential: ScramCredential): void {
    const storedKey = Buffer.from(credential.storedKey, "base64");
    const signature = hmac(this.mechanism, storedKey, signed);
    if (proof.length !== signature.length) throw badMessage("proof has the wrong length");

    const clientKey = signature.map((byte, index) => byte ^ (proof[index] ?? 0));
    if (!timingSafeEqual(digest(this.mechanism, clientKey), storedKey)) {
      throw new LoginFailed(
        "AuthenticationFailed",
        "SCRAM authentication failed, storedKey mismatch",
      );
    }
  }
}

function parseFirstMessage(message: string): FirstMessage {
  if (message.startsWith("p=")) {
    throw badMessage("Server does not support channel binding");
  }
  const parts = /^([ny],(?:a=([^,]*))?,)(n=([^,]+),r=([^,]+)(?:,.*)?)$/s.exec(message);
  const [, header, authorizationId, bare, name, nonce] = parts ?? [];
  if (!header || !bare || !name || !nonce) throw badMessage("Invalid SCRAM client first message");

  const user = decodeName(name);
  if (authorizationId && decodeName(authorizationId) !== user) {
    throw badMessage(`SCRAM user name ${user} does not match the authorization id`);
  }
  return { user, header, bare, nonce };
}

function parseFinalMessage(message: string) {
  const parts = /^(c=([^,]*),r=([^,]+)(?:,[^p][^,]*)*),p=([A-Za-z0-9+/=]+)$/s.exec(message);
  const [, withoutProof, binding, nonce, proof] = parts ?? [];
  if (!withoutProof || !nonce || !proof) throw badMessage("Invalid SCRAM client final message");
  return { withoutProof, binding, nonce, proof: Buffer.from(proof, "base64") };
}

function decodeName(name: string): string {
  if (/=(?!2C|3D)/.test(name)) throw badMessage("Invalid escape in SCRAM user name");
  return name.replaceAll("=2C", ",").replaceAll("=3D", "=");
}

function badMessage(reason: string): LoginFailed {
  return new LoginFailed("BadValue", reason);
}
