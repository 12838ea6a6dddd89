import { randomBytes } from "node:crypto";

/** A number for a request: random, positive, and of 60 bits as the original's are. */
export function newRequestId(): bigint {
  return randomBytes(8).readBigUInt64BE() >> 4n;
}
