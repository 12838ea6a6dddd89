import type { Elsewhere } from "./surroundings.ts";

const firstHost =
  /^(?<before>mongodb:\/\/(?:[^@/]*@)?)(?<host>\[[^\]]*\]|[^:,/?]+)(?::(?<port>\d+))?[^/?]*/;

/** The URL of a server that is at another host or port; of several servers it becomes one. */
export function mongoUrlAt(url: string, elsewhere: Elsewhere = {}): string {
  const { host, port } = elsewhere;
  if (host === undefined && port === undefined) return url;
  const found = firstHost.exec(url)?.groups;
  if (!found) throw new Error("only a mongodb:// URL has an address that can be changed");
  const address = `${host ?? found.host}:${port ?? found.port ?? 27_017}`;
  return url.replace(firstHost, () => `${found.before}${address}`);
}
