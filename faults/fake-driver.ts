import type { AdminCommand, Driver, Server } from "./driver.ts";

/** A driver for tests that does nothing but keep what it was asked, as `restart mongodb-geo {…}`. */
export interface FakeDriver extends Driver {
  readonly done: string[];
}

export interface FakeDriverOptions {
  readonly servers?: readonly Server[];
  /** Answers administration commands; throws what a server would. */
  readonly admin?: (command: AdminCommand) => Record<string, unknown>;
  /** Throws to make a step fail. */
  readonly before?: (step: string) => void;
}

export function createFakeDriver(options: FakeDriverOptions = {}): FakeDriver {
  const done: string[] = [];
  const does = async (verb: string, ...what: unknown[]) => {
    const words = what.filter((word) => word !== undefined && !(word instanceof AbortSignal));
    const step = [verb, ...words.map(textOf)].join(" ");
    options.before?.(step);
    done.push(step);
  };
  return {
    done,
    way: "local",
    servers: async () => options.servers ?? [],
    stop: (server) => does("stop", server),
    start: (server, _signal, overrides) => does("start", server, overrides),
    restart: (server, _signal, overrides) => does("restart", server, overrides),
    kill: (server, signalName) => does("kill", server, signalName),
    pause: (server) => does("pause", server),
    resume: (server) => does("resume", server),
    async admin(command) {
      await does("admin", command.server, command.as?.name, command.command);
      return options.admin?.(command) ?? { ok: 1 };
    },
    async putFile(server, name) {
      await does("putFile", server, name);
      return `/files/${name}`;
    },
    removeFile: (server, name) => does("removeFile", server, name),
    disturb: ({ from, to }, disturbance) => does("disturb", `${from}→${to}`, disturbance),
    leave: ({ from, to }) => does("leave", `${from}→${to}`),
    log: async () => [],
    typed: {
      server: async (verb, servers) => `${verb} ${servers.join(" ")}`,
      mongosh: async (server) => `mongosh ${server}`,
    },
  };
}

function textOf(word: unknown): string {
  return typeof word === "string" ? word : JSON.stringify(word);
}
