import { serviceException } from "@faultline/thrift/social";

/** Nobody has this name; which of the contract's exceptions that is depends on who asks. */
export function notRegistered(username: string, errorCode: number): Error {
  return serviceException(errorCode, `User: ${username} is not registered`);
}
