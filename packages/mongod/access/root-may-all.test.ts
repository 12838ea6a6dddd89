import { expect, test } from "vitest";
import { commands } from "../commands/index.ts";
import { startAuthServer } from "./auth-server.ts";
import { builtInPrivileges } from "./built-in-roles.ts";
import { PrivilegeSet } from "./privileges.ts";

const firstFields: Readonly<Record<string, unknown>> = { explain: { find: "some" } };

test("root may run every command, so each asks for actions that roles know", async () => {
  const { server } = await startAuthServer();
  const root = new PrivilegeSet(builtInPrivileges("root", "admin") ?? []);
  const client = {
    id: 1,
    remote: "127.0.0.1:1",
    isLocal: true,
    metadata: undefined,
    access: undefined,
    closeAfterReply: false,
  };

  const loaded = await Promise.all(
    Object.entries(commands).map(async ([name, load]) => ({ name, command: await load() })),
  );
  const refused = loaded.filter(({ name, command }) => {
    const body = {
      [name]: firstFields[name] ?? "some",
      roles: [],
      privileges: [],
      pipeline: [],
      to: "a.b",
    };
    const required = command.privileges({
      name,
      db: "shop",
      body,
      sequences: new Map(),
      client,
      instance: server.instance,
      checkInterrupt: () => {},
    });
    return !required.every((privilege) => root.allows(privilege));
  });

  expect(refused.map(({ name }) => name)).toEqual([]);
});
