import { toNumber } from "../arguments.ts";
import { MongoError } from "../errors.ts";
import { type Command, onCluster } from "./command.ts";

export const killOp: Command = {
  help: "Interrupts a running command",
  privileges: onCluster("killop"),
  adminOnly: true,
  run({ body, instance }) {
    const id = toNumber(body.op);
    if (id === undefined) throw new MongoError("BadValue", 'Expected field "op" of a number');
    instance.operations.kill(id);
    return { info: "attempting to kill op", ok: 1 };
  },
};
