import { createClient, ErrorReply } from "@redis/client";
import type { RedisConnectionSettings } from "./redis-connection.ts";
import { RedisServerError } from "./redis-errors.ts";

export type Reply = string | number | null | readonly Reply[];

/** A connection from when it is opened until it is lost or ended; it is never mended, but replaced. */
export interface RedisLife {
  readonly isOpen: boolean;
  /** Resolves with the server's run id when commands may be sent. */
  readonly opened: Promise<string>;
  /** Throws what the server said to the first command that it refused, once all have been answered. */
  send(commands: readonly (readonly string[])[]): Promise<readonly Reply[]>;
  /** Closes the socket; what waits for an answer may wait for ever. */
  end(): void;
}

/** Opens a connection with the driver, and calls back when it is lost later on. */
export function openRedis(
  settings: RedisConnectionSettings,
  onLost: (cause: unknown) => void,
): RedisLife {
  const client = newClient(settings);
  let ended = false;
  const send = async (command: readonly string[]): Promise<Reply> => {
    try {
      return await client.sendCommand<Reply>(command);
    } catch (error) {
      throw error instanceof ErrorReply ? new RedisServerError(error.message) : error;
    }
  };
  const life = {
    isOpen: false,
    opened: open().then((runId) => {
      life.isOpen = true;
      return runId;
    }),
    async send(commands: readonly (readonly string[])[]) {
      const replies = await Promise.allSettled(commands.map(send));
      return replies.map((reply) => {
        if (reply.status === "rejected") throw reply.reason;
        return reply.value;
      });
    },
    end() {
      ended = true;
      if (client.isOpen) client.destroy();
    },
  };
  client.on("error", (cause) => {
    if (life.isOpen) onLost(cause);
  });
  return life;

  async function open(): Promise<string> {
    try {
      await client.connect();
    } catch (error) {
      throw error instanceof ErrorReply ? new RedisServerError(error.message) : error;
    }
    // The driver may finish connecting although it was told to stop.
    if (ended && client.isOpen) client.destroy();
    return runIdIn(await send(["INFO", "server"]));
  }
}

/** The driver neither mends nor queues: who waits for how long, and who tries again, is decided outside. */
function newClient(settings: RedisConnectionSettings) {
  const { host, port, database, username, password, tls, ca, timeoutMs } = settings;
  return createClient({
    RESP: 2,
    database,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    disableClientInfo: true,
    disableOfflineQueue: true,
    // Its own clock for each command costs a signal and a listener each.
    commandOptions: { timeout: 0 },
    socket: {
      host,
      port,
      connectTimeout: timeoutMs,
      reconnectStrategy: false,
      ...(tls ? { tls: true as const, ...(ca === undefined ? {} : { ca }) } : {}),
    },
  });
}

function runIdIn(info: Reply): string {
  const runId = /^run_id:(\w+)/m.exec(String(info))?.[1];
  if (runId === undefined) throw new Error("the server does not tell its run id");
  return runId;
}
