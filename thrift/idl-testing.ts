import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Field, type Idl, type Method, parseIdl } from "./idl.ts";

/** The text of the contract. */
export const socialSource = readFileSync(join(import.meta.dirname, "social.thrift"), "utf8");

/** What the contract says. */
export const socialIdl: Idl = parseIdl(socialSource);

/** All methods of the contract, with the name of their service. */
export const socialMethods = socialIdl.services.flatMap((service) =>
  service.methods.map((method) => ({ service: service.name, method })),
);

/** The fields of what a method answers with; none for `void`. */
export function resultFields({ result, line }: Method): Field[] {
  return result ? [{ id: 0, name: "success", type: result, doc: undefined, line }] : [];
}
