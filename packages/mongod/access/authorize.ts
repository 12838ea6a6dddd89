import { textOf } from "../bson/text.ts";
import type { Client } from "../client.ts";
import type { Call, Command, RequiredPrivilege } from "../commands/command.ts";
import { MongoError } from "../errors.ts";
import type { Log } from "../log/log.ts";
import { redacted } from "../log/redact.ts";
import type { AccessControl } from "./access-control.ts";
import { accessOf } from "./client-access.ts";

type Question = Pick<Call, "name" | "db" | "body"> & { readonly client: Client };

/** A command may be as long as a message; the text about it may not. */
const commandTextMax = 16 * 1024;

/**
 * Throws MongoDB's Unauthorized, and logs it, unless the connection may run the command.
 * Called for every command before it runs; what a command does is decided by its privileges
 * alone, so a change of users or roles holds for the next command of every connection.
 */
export function authorize(
  question: Question,
  rule: Pick<Command, "beforeLogin"> & { readonly privileges: () => readonly RequiredPrivilege[] },
  { control, log }: { readonly control: AccessControl; readonly log: Log },
): void {
  if (!control.isEnabled || rule.beforeLogin) return;

  const access = accessOf(question.client, control);
  if (!access.isKnown)
    throw refused(question, log, `command ${question.name} requires authentication`);
  if (access.allows(rule.privileges())) return;

  const text = textOf(redacted(question.body)).slice(0, commandTextMax);
  throw refused(question, log, `not authorized on ${question.db} to execute command ${text}`);
}

function refused({ client }: Question, log: Log, errmsg: string): MongoError {
  const error = new MongoError("Unauthorized", errmsg);
  log.write("authorizationFailed", `conn${client.id}`, {
    error: { code: error.code, codeName: error.codeName, errmsg },
  });
  return error;
}
