import type { Subject } from "./subject.ts";

/** Words that would tell whoever reads them that what they see is not an accident. */
const telltale = /\b(faults?|inject(ed|ion|or|s)?|chaos)\b/i;

const linesMax = 2_000;

/** Where a log, a trace or a metric says a telltale word, or the name of a fault. */
export async function leaksOf(
  { driver, api, frontDoor }: Pick<Subject, "driver" | "api" | "frontDoor">,
  fault: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  // A name that is an ordinary word tells nothing.
  const isTelling = fault.includes("-");
  const says = (text: string) => telltale.test(text) || (isTelling && text.includes(fault));
  const servers = await driver.servers(signal);
  const logs = await Promise.all(
    servers.map(async ({ name }) => {
      const lines = await driver.log(name, linesMax, signal);
      return lines.filter(says).map((line) => `log of ${name}: ${line}`);
    }),
  );
  if (!api) return logs.flat();
  const traces = JSON.stringify(
    await api.get(`/api/traces?service=${frontDoor.tracedAs}&limit=200`, signal),
  );
  const status = JSON.stringify(await api.get("/api/status", signal));
  return [
    ...logs.flat(),
    ...(says(traces) ? ["traces"] : []),
    ...(says(status) ? ["the launcher's status"] : []),
  ];
}
