import { DriverError, type Server } from "./driver.ts";
import { exchange } from "./exchange.ts";

export type Setting = readonly [name: string, value: string];

/** Sets what a Redis server does from now on, without a restart; `password` is the one that it wants of whoever connects. */
export async function configure(
  server: Server,
  settings: readonly Setting[],
  { signal, password }: { readonly signal: AbortSignal; readonly password?: string | undefined },
): Promise<void> {
  const words = settings.map(([name, value]) => ["CONFIG", "SET", name, value]);
  const answers = await run(server, words, { signal, password });
  const refused = answers.find((line) => line !== "+OK");
  if (refused !== undefined) throw new DriverError(`${server.name} refuses: ${refused}`);
}

/** What a setting is now. */
export async function settingOf(
  server: Server,
  name: string,
  signal: AbortSignal,
): Promise<string> {
  const [, , , , value = ""] = await run(server, [["CONFIG", "GET", name]], { signal });
  return value;
}

/** The lines of all answers. */
async function run(
  server: Server,
  commands: readonly (readonly string[])[],
  { signal, password }: { readonly signal: AbortSignal; readonly password?: string | undefined },
): Promise<readonly string[]> {
  const login = password === undefined ? [] : [["AUTH", password]];
  const text = [...login, ...commands, ["QUIT"]].map(encoded).join("");
  const lines = (await exchange(server, text, { signal })).split("\r\n");
  // The last two are the farewell and what is behind its end.
  return lines.slice(login.length, -2);
}

function encoded(words: readonly string[]): string {
  const each = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${words.length}\r\n${each.join("")}`;
}
