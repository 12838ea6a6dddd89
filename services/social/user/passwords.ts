import { createHash, randomInt, timingSafeEqual } from "node:crypto";

const letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const saltLength = 32;

/** What makes equal passwords hash differently. */
export function drawSalt(): string {
  return Array.from({ length: saltLength }, () => letters[randomInt(letters.length)]).join("");
}

/**
 * The form in which a password is stored: the lower-case hex SHA-256 of it and its salt. Slower hashes are better, but
 * the originals and this read each other's users.
 */
export function hashOf(password: string, salt: string): string {
  return createHash("sha256").update(password).update(salt).digest("hex");
}

/** Whether a hash is the stored one. How long it takes does not tell where they differ. */
export function isSameHash(hash: string, stored: string): boolean {
  const given = Buffer.from(hash);
  const expected = Buffer.from(stored);
  return given.length === expected.length && timingSafeEqual(given, expected);
}
