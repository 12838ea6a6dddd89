import { accessOf } from "../access/client-access.ts";
import { field, optionalBoolean } from "../arguments.ts";
import { type Command, noPrivileges } from "./command.ts";

export const connectionStatus: Command = {
  help: "Who has logged in on this connection, and with which roles.",
  privileges: noPrivileges,
  beforeLogin: true,
  run({ client, body, instance }) {
    const access = accessOf(client, instance.control);
    const users = access.users();
    const roles = instance.control.inherited(users.flatMap((user) => user.roles));
    const showsPrivileges = optionalBoolean(field(body, "showPrivileges", "connectionStatus"));
    return {
      authInfo: {
        authenticatedUsers: users.map(({ user, db }) => ({ user, db })),
        authenticatedUserRoles: roles,
        ...(showsPrivileges ? { authenticatedUserPrivileges: access.privileges() } : {}),
      },
      ok: 1,
    };
  },
};
