import type { Call } from "../commands/command.ts";
import type { LoginContext } from "./login.ts";

/** What a login needs, taken from the command that carries it. */
export function loginContext({ client, instance }: Call): LoginContext {
  return { client, control: instance.control, log: instance.log };
}
