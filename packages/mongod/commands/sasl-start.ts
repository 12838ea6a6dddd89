import { startLogin } from "../access/login.ts";
import { loginContext } from "../access/login-context.ts";
import { type Command, noPrivileges } from "./command.ts";

export const saslStart: Command = {
  help: "First step in a SASL authentication conversation.",
  privileges: noPrivileges,
  beforeLogin: true,
  run: (call) => ({
    ...startLogin(loginContext(call), { body: call.body, db: call.db, speculative: false }),
    ok: 1,
  }),
};
