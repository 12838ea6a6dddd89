import { field, optionalArray } from "../arguments.ts";
import type { Call } from "../commands/command.ts";
import { MongoError } from "../errors.ts";

/**
 * Restrictions by address are refused, not ignored: whoever asks for one must not believe that
 * it holds. An empty list is what drivers send for none.
 */
export function refuseRestrictions({ body, name }: Pick<Call, "body" | "name">): void {
  const restrictions = optionalArray(field(body, "authenticationRestrictions", name));
  if (!restrictions || restrictions.length === 0) return;
  throw new MongoError("NotImplemented", "authenticationRestrictions are not supported");
}
