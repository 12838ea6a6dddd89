import { startApp, type TestApp } from "@faultline/service/testing";
import { recordSpans } from "@faultline/telemetry/recorded-spans";
import { expect, onTestFinished, test, vi } from "vitest";
import { startRealStores } from "./real-stores.ts";

type Span = ReturnType<ReturnType<typeof recordSpans>["spans"]>[number];

const worlds: Record<string, () => Promise<{ app: TestApp; spans(): Span[] }>> = {
  "in one process": () => recorded({}),
  "over sockets": async () => recorded({ servers: await startRealStores() }),
};

async function recorded(options: Parameters<typeof startApp>[1]) {
  const { exporter, spans } = recordSpans();
  const app = await startApp("hotel", { ...options, exporter });
  onTestFinished(() => app.close());
  return { app, spans };
}

/** Who asks whom, in alphabetical order among brothers: the call sequence of the contract, and the stores' part in it. */
const wholeTrace = [
  "frontend server GET /hotels",
  "  frontend client profile.Profile/GetProfiles",
  "    profile server profile.Profile/GetProfiles",
  "      profile client find hotels",
  "      profile client get memcached-profile",
  ...Array(3).fill("      profile client set memcached-profile"),
  "  frontend client reservation.Reservation/CheckAvailability",
  "    reservation server reservation.Reservation/CheckAvailability",
  ...Array(6).fill("      reservation client add memcached-reserve"),
  "      reservation client aggregate reservation",
  "      reservation client find night",
  "      reservation client find number",
  "      reservation client get memcached-reserve",
  "  frontend client search.Search/Nearby",
  "    search server search.Search/Nearby",
  "      search client geo.Geo/Nearby",
  "        geo server geo.Geo/Nearby",
  "      search client rate.Rate/GetRates",
  "        rate server rate.Rate/GetRates",
  "          rate client find inventory",
  "          rate client get memcached-rate",
  ...Array(5).fill("          rate client set memcached-rate"),
];

for (const [world, start] of Object.entries(worlds)) {
  test(`one request to /hotels is one complete trace (${world})`, async () => {
    const { app, spans } = await start();
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
    const stay = "inDate=2015-04-09&outDate=2015-04-10&lat=37.7749&lon=-122.4194";
    await fetch(`${app.url}/hotels?${stay}`, { headers: { traceparent } }).then((r) => r.text());

    // Caches are filled after the answer, so the last spans come a little later.
    const trace = await vi.waitFor(() => {
      const own = spans().filter((span) => span.spanContext().traceId === traceId);
      expect(tree(own, "b7ad6b7169203331")).toEqual(wholeTrace);
      return own;
    }, 10_000);
    expect(trace).toHaveLength(wholeTrace.length);
    const root = trace.find(({ name }) => name === "GET /hotels");
    const steps = trace.filter(
      ({ parentSpanContext }) => parentSpanContext?.spanId === root?.spanContext().spanId,
    );
    expect(sum(steps.map(durationMs))).toBeLessThanOrEqual(durationMs(root));
    expect(trace.filter((span) => !isFill(span) && !isWithin(span, parentOf(span, trace)))).toEqual(
      [],
    );
  });
}

/** The spans below a parent, one line each, children indented and sorted by name. */
function tree(trace: readonly Span[], parent: string, indent = ""): string[] {
  const children = trace.filter((span) => span.parentSpanContext?.spanId === parent);
  const line = (span: Span) =>
    `${span.resource.attributes["service.name"]} ${["internal", "server", "client"][span.kind]} ${span.name}`;
  return children
    .sort((a, b) => line(a).localeCompare(line(b)))
    .flatMap((span) => [
      `${indent}${line(span)}`,
      ...tree(trace, span.spanContext().spanId, `${indent}  `),
    ]);
}

type Time = Span["startTime"];
const toMs = ([seconds, nanoseconds]: Time) => seconds * 1e3 + nanoseconds / 1e6;
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

function durationMs(span: Span | undefined): number {
  return span ? toMs(span.duration) : Number.NaN;
}

function isFill({ name }: Span): boolean {
  return /^(set|add) memcached-/.test(name);
}

function parentOf(span: Span, trace: readonly Span[]): Span | undefined {
  return trace.find((other) => other.spanContext().spanId === span.parentSpanContext?.spanId);
}

/** Whether a span begins and ends within its parent; clocks of one machine agree to a fraction of a millisecond. */
function isWithin(span: Span, parent: Span | undefined): boolean {
  if (!parent) return true;
  const clockMs = 2;
  return (
    toMs(span.startTime) >= toMs(parent.startTime) - clockMs &&
    toMs(span.endTime) <= toMs(parent.endTime) + clockMs
  );
}
