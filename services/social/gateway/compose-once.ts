import type { Call } from "@faultline/rpc/call";
import type { HttpRequest } from "@faultline/rpc/http/route";
import type { ComposePostRequest, ComposePostServiceClient } from "@faultline/thrift/social";
import { onceKeyMax } from "../limits.ts";
import { badRequest } from "../refusal.ts";

/**
 * Has a post made; if the client names a key, once for all its tries with that key. The header is that of the IETF's
 * draft "The Idempotency-Key HTTP Header Field".
 */
export async function composeOnce(
  composer: ComposePostServiceClient,
  { headers }: Pick<HttpRequest, "headers">,
  post: ComposePostRequest,
  call: Call,
): Promise<void> {
  const key = headers["idempotency-key"];
  if (key === undefined) await composer.composePost(post, call);
  else await composer.composePostOnce({ ...post, onceKey: checkedKey(key) }, call);
}

function checkedKey(key: string | string[]): string {
  if (typeof key === "string" && /^[\x20-\x7e]+$/.test(key) && key.length <= onceKeyMax) return key;
  throw badRequest(`Idempotency-Key must have 1 to ${onceKeyMax} printable characters of ASCII`);
}
