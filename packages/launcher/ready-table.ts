import type { ServerKind, ServerPlan } from "./server-plan.ts";

/** What a person looks for first comes first. */
const order: readonly ServerKind[] = ["front door", "service", "mongod", "memcached", "redis"];

/** What runs where, a line each, with everything that can be opened in a browser as a URL. */
export function readyTable(servers: readonly ServerPlan[]): string[] {
  const rows = servers
    .toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
    .flatMap((server) => [server, ...(server.moreDoors ?? [])].map(rowOf));
  const nameWidth = Math.max(...rows.map(({ name }) => name.length));
  const urlWidth = Math.max(...rows.map(({ url }) => url.length));
  return rows.map((row) => {
    const metrics = row.metricsPort ? `metrics http://127.0.0.1:${row.metricsPort}/metrics` : "";
    return `  ${row.name.padEnd(nameWidth)}  ${row.url.padEnd(urlWidth)}  ${metrics}`.trimEnd();
  });
}

/** Who does not listen where its table says, a line each. */
export function movedPorts(servers: readonly ServerPlan[]): string[] {
  const moved = servers.filter(({ movedFrom }) => movedFrom !== undefined);
  return moved.map(
    ({ name, port, movedFrom }) =>
      `  ${name} listens on ${port} instead of ${movedFrom}, which another application has.`,
  );
}

interface Row {
  readonly name: string;
  readonly url: string;
  readonly metricsPort?: number;
}

function rowOf({ name, url, metricsPort }: Row): Row {
  return { name, url, ...(metricsPort ? { metricsPort } : {}) };
}
