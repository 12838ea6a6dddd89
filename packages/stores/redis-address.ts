/** Where a Redis is and how it lets us in, read from a URL. */
export interface RedisAddress {
  readonly host: string;
  readonly port: number;
  readonly database: number;
  readonly tls: boolean;
  readonly username?: string;
  readonly password?: string;
}

/**
 * Reads `redis://user:password@host:6379/0`, or `rediss://` for TLS; user, port and database may be left out. Throws if it
 * is malformed, without repeating it: it may hold a password.
 */
export function parseRedisUrl(url: string): RedisAddress {
  const { protocol, hostname, port, pathname, username, password } = parsed(url);
  const database = /^\/?(\d{0,5})$/.exec(pathname)?.[1];
  if (!hostname || database === undefined) throw malformed();
  return {
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(port || 6_379),
    database: Number(database),
    tls: protocol === "rediss:",
    ...(username ? { username: decodeURIComponent(username) } : {}),
    ...(password ? { password: decodeURIComponent(password) } : {}),
  };
}

function parsed(url: string): URL {
  const found = URL.canParse(url) ? new URL(url) : undefined;
  if (found?.protocol !== "redis:" && found?.protocol !== "rediss:") throw malformed();
  return found;
}

function malformed(): Error {
  return new Error("the address of a Redis is malformed; expected redis://host:6379");
}
