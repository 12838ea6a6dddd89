/** What either process of a yardstick tells the one that started it. */
export interface EchoReply {
  readonly port: number;
  readonly calls: number;
  readonly cpuMs: number;
}

/** Which end this process is: `server`, or `client PORT CONNECTIONS`. */
export type EchoRole =
  | { readonly end: "server" }
  | { readonly end: "client"; readonly port: number; readonly atOnce: number };

/** Reads the arguments; the process ends with the one that started it. */
export function readRole(): EchoRole {
  process.on("disconnect", () => process.exit());
  const [end, port = "", atOnce = ""] = process.argv.slice(2);
  if (end === "server") return { end };
  return { end: "client", port: Number(port), atOnce: Number(atOnce) };
}

/** The server listens there; from now on it tells its CPU when it is asked. */
export function serveEchoes(port: number): void {
  tell({ port });
  process.on("message", () => tell({ cpuMs: cpuMs() }));
}

/** Makes calls for as long as it is asked to, each caller one after the other. */
export function callEchoes(callers: readonly (() => Promise<void>)[]): void {
  process.on("message", async ({ durationMs }: { durationMs: number }) => {
    const untilMs = performance.now() + durationMs;
    const before = cpuMs();
    let calls = 0;
    const caller = async (call: () => Promise<void>) => {
      for (; performance.now() < untilMs; calls++) await call();
    };
    await Promise.all(callers.map(caller));
    tell({ calls, cpuMs: cpuMs() - before });
  });
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
}

function tell(reply: Partial<EchoReply>): void {
  process.send?.(reply);
}
