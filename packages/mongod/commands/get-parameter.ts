import type { Document } from "bson";
import { isDocument } from "../arguments.ts";
import { MongoError } from "../errors.ts";
import { allParameters } from "../parameters.ts";
import { type Command, onCluster } from "./command.ts";

/** Fields of the command that are not names of parameters. */
const notNames = new Set(["getParameter", "lsid", "comment", "allParameters"]);

export const getParameter: Command = {
  help: "What the server's parameters are set to",
  privileges: onCluster("getParameter"),
  adminOnly: true,
  run({ body, instance }) {
    const all = allParameters(instance);
    const asked: unknown = body.getParameter;
    if (asked === "*" || (isDocument(asked) && asked.allParameters === true))
      return { ...all, ok: 1 };
    const names = Object.keys(body).filter((name) => !name.startsWith("$") && !notNames.has(name));
    const found = names.filter((name) => Object.hasOwn(all, name));
    if (found.length === 0) throw new MongoError("InvalidOptions", "no option found to get");
    return {
      ...Object.fromEntries(found.map((name): [string, Document] => [name, all[name]])),
      ok: 1,
    };
  },
};
