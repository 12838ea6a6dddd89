import { logInByCertificate } from "../access/login.ts";
import { loginContext } from "../access/login-context.ts";
import { type Command, noPrivileges } from "./command.ts";

export const authenticate: Command = {
  help: "Logs in by the client's certificate (MONGODB-X509).",
  privileges: noPrivileges,
  beforeLogin: true,
  run: (call) => ({
    ...logInByCertificate(loginContext(call), { body: call.body, db: call.db, speculative: false }),
    ok: 1,
  }),
};
