import { expect, test } from "vitest";
import type { Client } from "./client.ts";
import { Operations } from "./operations.ts";

const client: Client = {
  id: 1,
  remote: "127.0.0.1:1",
  isLocal: true,
  metadata: undefined,
  access: undefined,
  certificateSubject: undefined,
  closeAfterReply: false,
};

test.each([
  ["reads", false, "ClientDisconnect"],
  ["writes", true, undefined],
  // Its command is being loaded: what a client has sent without waiting for a reply is done.
  ["is not known to read or to write", undefined, undefined],
])("of a client who leaves, what %s is ended only if it reads", (_what, writes, killedBy) => {
  const operations = new Operations();
  const operation = operations.begin({ client, name: "any", namespace: "t.c", body: {} });
  Object.assign(operation, writes === undefined ? {} : { writes });

  operations.forget(client);

  expect(operation.killedBy).toBe(killedBy);
});
