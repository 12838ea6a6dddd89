import { createHash, createHmac, pbkdf2, randomBytes } from "node:crypto";
import { createRequire } from "node:module";
import { promisify } from "node:util";

const derive = promisify(pbkdf2);
const load = createRequire(import.meta.url);

/** What the two mechanisms differ in. Iterations and salt lengths are MongoDB's defaults. */
export const scramMechanisms = {
  "SCRAM-SHA-1": { hash: "sha1", keyBytes: 20, saltBytes: 16, iterations: 10_000 },
  "SCRAM-SHA-256": { hash: "sha256", keyBytes: 32, saltBytes: 28, iterations: 15_000 },
} as const;

export type ScramMechanism = keyof typeof scramMechanisms;

/** The part of a user document that a login is checked against; the values are base64. */
export type ScramCredential = {
  readonly iterationCount: number;
  readonly salt: string;
  readonly storedKey: string;
  readonly serverKey: string;
};

export function isScramMechanism(name: unknown): name is ScramMechanism {
  return typeof name === "string" && Object.hasOwn(scramMechanisms, name);
}

/**
 * Turns a password into what is stored of it. The costly derivation runs off the event loop.
 * With `digested`, the password is already the MD5 digest that SCRAM-SHA-1 works on.
 * Throws if the password holds characters that SASLprep forbids (SCRAM-SHA-256 only).
 */
export async function createScramCredential(
  mechanism: ScramMechanism,
  login: { readonly user: string; readonly password: string; readonly digested?: boolean },
): Promise<ScramCredential> {
  const { hash, keyBytes, saltBytes, iterations } = scramMechanisms[mechanism];
  const salt = randomBytes(saltBytes);
  const saltedKey = await derive(secretOf(mechanism, login), salt, iterations, keyBytes, hash);
  return {
    iterationCount: iterations,
    salt: salt.toString("base64"),
    storedKey: digest(mechanism, hmac(mechanism, saltedKey, "Client Key")).toString("base64"),
    serverKey: hmac(mechanism, saltedKey, "Server Key").toString("base64"),
  };
}

function secretOf(
  mechanism: ScramMechanism,
  login: { readonly user: string; readonly password: string; readonly digested?: boolean },
): string {
  if (mechanism === "SCRAM-SHA-256") return prepared(login.password);
  if (login.digested) return login.password;
  return createHash("md5").update(`${login.user}:mongo:${login.password}`).digest("hex");
}

/** SASLprep leaves printable ASCII as it is; for the rest its tables are loaded when needed. */
function prepared(password: string): string {
  if (/^[ -~]*$/.test(password)) return password;
  const { saslprep } = load("@mongodb-js/saslprep") as typeof import("@mongodb-js/saslprep");
  return saslprep(password);
}

export function hmac(mechanism: ScramMechanism, key: Uint8Array, message: string): Buffer {
  return createHmac(scramMechanisms[mechanism].hash, key).update(message).digest();
}

export function digest(mechanism: ScramMechanism, bytes: Uint8Array): Buffer {
  return createHash(scramMechanisms[mechanism].hash).update(bytes).digest();
}
