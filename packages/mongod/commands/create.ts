import { field, optionalBoolean } from "../arguments.ts";
import { MongoError } from "../errors.ts";
import { type Command, onCollection } from "./command.ts";
import { namespaceOf } from "./namespace.ts";
import { refuseCollation } from "./refuse-collation.ts";

const refused = [
  "viewOn",
  "pipeline",
  "timeseries",
  "clusteredIndex",
  "validator",
  "encryptedFields",
];

export const create: Command = {
  help: "Creates a collection",
  privileges: onCollection("createCollection"),
  writes: true,
  run(call) {
    const { body, instance } = call;
    refuseCollation(body);
    const given = refused.find(
      (name) => body[name] !== undefined && Object.keys(Object(body[name])).length > 0,
    );
    if (given)
      throw new MongoError(
        "InvalidOptions",
        `the option '${given}' is not supported by this server`,
      );
    if (optionalBoolean(field(body, "capped", "create"))) {
      throw new MongoError("InvalidOptions", "capped collections are not supported by this server");
    }
    const namespace = namespaceOf(call);
    if (!instance.catalog.get(namespace)) instance.catalog.create(namespace);
    return { ok: 1 };
  },
};
