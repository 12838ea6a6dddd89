import { createHash, createHmac, pbkdf2Sync } from "node:crypto";
import type { ScramCredential, ScramMechanism } from "./scram.ts";

/** A SCRAM client for tests, written from the RFC and not from the server. */
export function clientOf(mechanism: ScramMechanism, login: { user: string; password: string }) {
  const hash = mechanism === "SCRAM-SHA-1" ? "sha1" : "sha256";
  const bare = `n=${login.user.replaceAll("=", "=3D").replaceAll(",", "=2C")},r=clientNonce`;
  const md5 = createHash("md5").update(`${login.user}:mongo:${login.password}`).digest("hex");
  const secret = hash === "sha1" ? md5 : login.password;
  let signed = "";
  return {
    first: () => Buffer.from(`n,,${bare}`),
    final(challenge: Buffer): Buffer {
      const fields = /^r=(.*),s=(.*),i=(\d+)$/.exec(challenge.toString()) ?? [];
      const [, nonce, salt = "", iterations] = fields;
      const bytes = hash === "sha1" ? 20 : 32;
      const key = pbkdf2Sync(secret, Buffer.from(salt, "base64"), Number(iterations), bytes, hash);
      const clientKey = createHmac(hash, key).update("Client Key").digest();
      const storedKey = createHash(hash).update(clientKey).digest();
      signed = `${bare},${challenge},c=biws,r=${nonce}`;
      const signature = createHmac(hash, storedKey).update(signed).digest();
      const proof = clientKey.map((byte, index) => byte ^ (signature[index] ?? 0));
      return Buffer.from(`c=biws,r=${nonce},p=${Buffer.from(proof).toString("base64")}`);
    },
    expectedServerProof({ serverKey }: ScramCredential): string {
      const key = Buffer.from(serverKey, "base64");
      return `v=${createHmac(hash, key).update(signed).digest("base64")}`;
    },
  };
}
