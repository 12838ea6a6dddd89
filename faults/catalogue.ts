import type { TargetFacts } from "./catalogue-facts.ts";
import { factsFor, type Setting, settingsOf } from "./facts-for.ts";
import { type Fault, faultVariable, type HookKind, hookKind, isFor } from "./fault.ts";
import type { Parameters } from "./parameters.ts";
import type { Topology } from "./topology.ts";

/** What is true in one application, whose name it begins with. */
type ToldFacts = { readonly application: string } & Omit<TargetFacts, "signs">;

/** What harnesses read of a fault, in `catalogue.json`. */
export interface CatalogueEntry extends ToldFacts {
  readonly name: string;
  readonly summary: string;
  readonly variable: string;
  readonly hook: HookKind;
  readonly parameters: Parameters;
  readonly variants: readonly string[];
  /** The same facts for other targets: of an application that has not the names of the defaults, say. */
  readonly targets: readonly ({ readonly values: Setting } & ToldFacts)[];
}

/**
 * A fault's facts for its default values, and for the other targets that it knows, in those of the applications that
 * have them. Throws if none has the defaults.
 */
export function entryOf(fault: Fault, topologies: readonly Topology[]): CatalogueEntry {
  const { name, summary, parameters, variants = {} } = fault;
  const [usual, ...targets] = toldOf(fault, topologies);
  if (!usual) throw new Error(`no application has what ${name} is about`);
  const { values: _, ...facts } = usual;
  return {
    name,
    summary,
    variable: faultVariable(fault),
    hook: hookKind(fault),
    parameters,
    variants: ["off", "on", ...Object.keys(variants)],
    ...facts,
    targets,
  };
}

function toldOf(fault: Fault, topologies: readonly Topology[]) {
  const all = [...settingsOf(fault).values()].flatMap((values) =>
    topologies
      .filter((topology) => isFor(fault, topology, values))
      .map((topology) => ({ values, ...told(fault, values, topology) })),
  );
  // Where nothing can be chosen, every target is the same one.
  return [...new Map(all.map((one) => [JSON.stringify(one), one])).values()];
}

function told(fault: Fault, values: Setting, topology: Topology): ToldFacts {
  // What our own verification measures is no business of a harness.
  const { signs: _, ...facts } = factsFor(fault, values, topology);
  return { application: topology.name, ...facts };
}

/** The text of `catalogue.json`. */
export function catalogueText(faults: readonly Fault[], topologies: readonly Topology[]): string {
  const entries = faults.map((fault) => entryOf(fault, topologies));
  return `${JSON.stringify({ faults: entries }, undefined, 2)}\n`;
}

/** The lines of the README's table: a fault's further targets stand below each other in its cells. */
export function catalogueTable(
  faults: readonly Fault[],
  topologies: readonly Topology[],
): string[] {
  const rows = faults.map((fault) => {
    const entry = entryOf(fault, topologies);
    const { name, summary, analysis } = entry;
    const isNone = analysis.level === "none";
    const each = (cell: (facts: ToldFacts) => string) =>
      (isNone ? [entry] : [entry, ...entry.targets]).map(cell).join("<br>");
    const where = each(({ localisation }) => localisation.join(", ") || "–");
    const what = isNone ? "–" : `${analysis.level}, ${analysis.type}`;
    const share = each(({ blast }) => `${Number((blast.share * 100).toFixed(1))} %`);
    return `| \`${name}\` | ${summary} | ${where} | ${what} | ${share} | ${entry.ways.local.is} |`;
  });
  return [
    "| fault | what happens | where | AIOpsLab's words | of the mix | locally |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
  ];
}
