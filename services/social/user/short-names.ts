import { ErrorCode, serviceException } from "@faultline/thrift/social";
import { userNameMax } from "../limits.ts";

/** Throws the contract's exception if a user name is longer than a post has room for. */
export function assertShort(username: string): void {
  if (Buffer.byteLength(username) <= userNameMax) return;
  const text = `a user name has at most ${userNameMax} bytes`;
  throw serviceException(ErrorCode.SE_THRIFT_HANDLER_ERROR, text);
}
