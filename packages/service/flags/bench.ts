import { emptyDocument, type FlagDocument } from "@faultline/faults/flags/document";
import { Stack } from "@faultline/rpc/layering";
import { errorsMapped } from "@faultline/rpc/middleware/errors-mapped";
import { logged } from "@faultline/rpc/middleware/logged";
import { measured } from "@faultline/rpc/middleware/measured";
import { someCall } from "@faultline/rpc/some-call";
import { Metrics, silent } from "@faultline/telemetry";
import { Switchboard } from "./switchboard.ts";

// `node packages/service/flags/bench.ts`: what a call costs in the layers that every request passes through, without
// flags, with flags that are all off, and with one on. The cases take turns, and each one's best round counts.
const rounds = 15;
const calls = 40_000;

const contract = { name: "Geo", fullName: "geo.Geo", methods: {} };
const definition = { contract, port: 1 };
const service = { app: "shop", name: "geo", host: "geo", definition, table: { geo: definition } };
const layers = [measured(new Metrics()), logged(), errorsMapped];
const place = { kind: "server", system: "grpc", service: "geo", name: "geo.Geo/Nearby" } as const;
const call = someCall({ service: "geo", name: place.name });

async function stackUnder(document: FlagDocument): Promise<Stack> {
  const board = new Switchboard({ service, instance: "a", port: 1, reveal: false, log: silent });
  await board.apply(document);
  return new Stack(board.around(layers), place, async () => "answer");
}

function flag(values: object): FlagDocument {
  const variants = { off: {}, on: values };
  return {
    ...emptyDocument,
    flags: { "geo-flaky": { state: "ENABLED", variants, defaultVariant: "on" } },
  };
}

const cases: Readonly<Record<string, Stack>> = {
  "no flags": new Stack(layers, place, async () => "answer"),
  "an empty flag file": await stackUnder(emptyDocument),
  "flags of other services": await stackUnder(flag({ service: "nobody" })),
  "a flag that is on": await stackUnder(flag({ service: "geo", delayMs: 0, share: 0 })),
};

async function nanosecondsPerCall(stack: Stack): Promise<number> {
  const startMs = performance.now();
  for (let i = 0; i < calls; i++) await stack.run(call);
  return ((performance.now() - startMs) * 1e6) / calls;
}

const best = new Map<string, number>();
for (let round = 0; round < rounds; round++) {
  for (const [name, stack] of Object.entries(cases)) {
    const ns = await nanosecondsPerCall(stack);
    best.set(name, Math.min(ns, best.get(name) ?? Number.POSITIVE_INFINITY));
  }
}
for (const [name, ns] of best)
  console.log(`${name.padEnd(24)} ${ns.toFixed(0).padStart(6)} ns a call`);
