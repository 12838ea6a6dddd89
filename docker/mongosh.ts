#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { openServer, type ServerAddress } from "./mongosh/blocking-server.ts";
import { runScripts } from "./mongosh/run-scripts.ts";

// What scripts of administrators ask of MongoDB's shell, for images that do not have it: `mongosh [options]
// [database] [file.js …]` runs JavaScript with `db`, from `--eval`, files or the standard input. No prompt.
const version = "2.0.0 (administration only)";
const defaultPort = "27017";
const defaultDatabase = "test";

const word = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const options = {
  authenticationDatabase: word,
  authenticationMechanism: word,
  eval: { ...word, multiple: true },
  file: { ...word, short: "f", multiple: true },
  host: word,
  norc: flag,
  password: { ...word, short: "p" },
  port: word,
  quiet: flag,
  username: { ...word, short: "u" },
  version: flag,
} as const;

type Values = ReturnType<typeof parse>["values"];

function parse(args: readonly string[]) {
  return parseArgs({ args: [...args], options, allowPositionals: true });
}

async function main(args: readonly string[]): Promise<number> {
  const { values, positionals } = parse(args);
  if (values.version) {
    console.log(version);
    return 0;
  }
  const isScript = (name: string) => name.endsWith(".js");
  const target = positionals.find((name) => !isScript(name)) ?? defaultDatabase;
  const files = [...(values.file ?? []), ...positionals.filter(isScript)];
  const given = [...(values.eval ?? []), ...files.map((file) => readFileSync(file, "utf8"))];
  const scripts = given.length > 0 ? given : [await text(process.stdin)];

  const { address, database } = targetOf(target, values);
  const server = openServer(address);
  try {
    return runScripts(scripts, { server, database, show: (line) => console.log(line) });
  } finally {
    await server.close();
  }
}

/** A database's name, or a URL that may name one. */
function targetOf(
  target: string,
  { host = "127.0.0.1", port = defaultPort, ...login }: Values,
): { address: ServerAddress; database: string } {
  const { username, password, authenticationDatabase } = login;
  const user = username
    ? { name: username, password: password ?? "", database: authenticationDatabase }
    : undefined;
  if (!/^mongodb(\+srv)?:/.test(target))
    return { address: { url: `mongodb://${host}:${port}`, user }, database: target };
  const named = decodeURIComponent(new URL(target).pathname.slice(1));
  return { address: { url: target, user }, database: named || defaultDatabase };
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
  process.exitCode = 1;
}
