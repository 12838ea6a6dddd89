import { MongoError } from "../errors.ts";
import { allParameters, setParameterTo } from "../parameters.ts";
import { type Command, onCluster } from "./command.ts";

export const setParameter: Command = {
  help: "Changes one of the parameters that can be changed while the server runs",
  privileges: onCluster("setParameter"),
  adminOnly: true,
  run({ body, instance }) {
    const name = Object.keys(body).find(
      (key) =>
        key !== "setParameter" && key !== "lsid" && key !== "comment" && !key.startsWith("$"),
    );
    if (name === undefined) {
      throw new MongoError(
        "InvalidOptions",
        "no option found to set, use help:true to see options ",
      );
    }
    const was: unknown = allParameters(instance)[name];
    setParameterTo(instance, { name, value: body[name] });
    return { was, ok: 1 };
  },
};
