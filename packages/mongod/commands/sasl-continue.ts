import { continueLogin } from "../access/login.ts";
import { loginContext } from "../access/login-context.ts";
import { type Command, noPrivileges } from "./command.ts";

export const saslContinue: Command = {
  help: "Subsequent steps in a SASL authentication conversation.",
  privileges: noPrivileges,
  beforeLogin: true,
  run: (call) => ({ ...continueLogin(loginContext(call), call.body), ok: 1 }),
};
