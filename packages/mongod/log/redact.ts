import type { Document } from "bson";

/** Fields that carry a secret wherever they stand in a command. */
const secretFields = new Set(["pwd", "payload", "credentials", "key", "digest", "nonce"]);

/** Commands that have such fields; all others are full of names that only look like them. */
const secretiveCommands = new Set([
  "authenticate",
  "createUser",
  "hello",
  "isMaster",
  "ismaster",
  "saslContinue",
  "saslStart",
  "updateUser",
]);

/** The document of a command as it may be written to a log or an error text. */
export function redacted(command: Document): Document {
  const [name = ""] = Object.keys(command);
  if (!secretiveCommands.has(name)) return command;
  return withoutSecrets(command);
}

function withoutSecrets(document: Document): Document {
  const kept: Document = {};
  for (const [field, value] of Object.entries(document)) {
    if (secretFields.has(field)) kept[field] = "xxx";
    else if (field === "speculativeAuthenticate") kept[field] = withoutSecrets(Object(value));
    else kept[field] = value;
  }
  return kept;
}
