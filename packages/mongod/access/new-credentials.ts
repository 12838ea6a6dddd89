import { field, optionalArray, optionalBoolean, optionalString } from "../arguments.ts";
import type { Call } from "../commands/command.ts";
import { MongoError } from "../errors.ts";
import type { Credentials, UserName } from "./documents.ts";
import {
  createScramCredential,
  isScramMechanism,
  type ScramCredential,
  type ScramMechanism,
  scramMechanisms,
} from "./scram.ts";

/**
 * The credentials that a createUser or updateUser asks for, or undefined if it names no
 * password. The derivation of keys runs beside the event loop. Throws BadValue.
 */
export async function newCredentials(
  { body, name }: Pick<Call, "body" | "name">,
  { user, db }: UserName,
): Promise<Credentials | undefined> {
  const password = optionalString(field(body, "pwd", name));
  if (db === "$external") {
    if (password === undefined) return { external: true };
    const text = "Cannot set the password for users defined on the '$external' database";
    throw new MongoError("BadValue", text);
  }
  if (password === undefined) return undefined;
  if (password === "") throw new MongoError("BadValue", "Password cannot be empty");

  const digested = optionalBoolean(field(body, "digestPassword", name)) === false;
  const mechanisms =
    mechanismsIn({ body, name }) ?? Object.keys(scramMechanisms).filter(isScramMechanism);
  if (digested && mechanisms.includes("SCRAM-SHA-256")) {
    throw new MongoError("BadValue", "Use of SCRAM-SHA-256 requires undigested passwords");
  }
  const credentials: { [mechanism in ScramMechanism]?: ScramCredential } = {};
  for (const mechanism of mechanisms) {
    credentials[mechanism] = await derived(mechanism, { user, password, digested });
  }
  return credentials;
}

/** The mechanisms that the command names, or undefined. */
export function mechanismsIn({
  body,
  name,
}: Pick<Call, "body" | "name">): ScramMechanism[] | undefined {
  const named = optionalArray(field(body, "mechanisms", name));
  if (!named) return undefined;
  if (named.length === 0) throw new MongoError("BadValue", "mechanisms field must not be empty");
  return named.map((mechanism) => {
    if (isScramMechanism(mechanism)) return mechanism;
    throw new MongoError("BadValue", `Unknown auth mechanism '${mechanism}'`);
  });
}

async function derived(
  mechanism: ScramMechanism,
  login: { user: string; password: string; digested: boolean },
): Promise<ScramCredential> {
  try {
    return await createScramCredential(mechanism, login);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MongoError("BadValue", `Error preflighting password: ${reason}`);
  }
}
