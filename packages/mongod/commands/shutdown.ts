import { accessOf } from "../access/client-access.ts";
import { MongoError } from "../errors.ts";
import { type Command, onCluster } from "./command.ts";

export const shutdown: Command = {
  help: "Ends the server in good order",
  privileges: onCluster("shutdown"),
  adminOnly: true,
  run({ client, instance }) {
    const isKnown =
      instance.control.isEnabled && accessOf(client, instance.control).users().length > 0;
    if (!client.isLocal && !isKnown) {
      const text = "shutdown must run from localhost when running db without auth";
      throw new MongoError("Unauthorized", text);
    }
    client.closeAfterReply = true;
    setImmediate(instance.requestShutdown);
    return { ok: 1 };
  },
};
