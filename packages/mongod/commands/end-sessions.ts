import { sessionOf } from "../sessions.ts";
import { type Command, noPrivileges } from "./command.ts";

export const endSessions: Command = {
  help: "Forgets logical sessions",
  privileges: noPrivileges,
  beforeLogin: true,
  run({ body, name, instance }) {
    const ended: unknown = body[name];
    for (const lsid of Array.isArray(ended) ? ended : []) {
      const session = sessionOf(lsid);
      if (session) instance.sessions.end(session);
    }
    return { ok: 1 };
  },
};
