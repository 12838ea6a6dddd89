import type { TargetFacts } from "./catalogue-facts.ts";
import { factsFor, type Setting, settingsOf } from "./facts-for.ts";
import { type Fault, faultVariable, type HookKind, hookKind } from "./fault.ts";
import type { Parameters } from "./parameters.ts";

type ToldFacts = Omit<TargetFacts, "signs">;

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

/** A fault's facts for its default values, and for the other targets that it knows. */
export function entryOf(fault: Fault): CatalogueEntry {
  const { name, summary, parameters, variants = {} } = fault;
  const [usual = { values: {}, ...told(fault, {}) }, ...targets] = [
    ...settingsOf(fault).values(),
  ].map((values) => ({ values, ...told(fault, values) }));
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

function told(fault: Fault, values: Setting): ToldFacts {
  // What our own verification measures is no business of a harness.
  const { signs: _, ...facts } = factsFor(fault, values);
  return facts;
}

/** The text of `catalogue.json`. */
export function catalogueText(faults: readonly Fault[]): string {
  return `${JSON.stringify({ faults: faults.map(entryOf) }, undefined, 2)}\n`;
}

/** The lines of the README's table: a fault's further targets stand below each other in its cells. */
export function catalogueTable(faults: readonly Fault[]): string[] {
  const rows = faults.map(entryOf).map((entry) => {
    const { name, summary, analysis } = entry;
    const each = (cell: (facts: ToldFacts) => string) =>
      [entry, ...entry.targets].map(cell).join("<br>");
    const where = each(({ localisation }) => localisation.join(", ") || "–");
    const what = analysis.level === "none" ? "–" : `${analysis.level}, ${analysis.type}`;
    const share = each(({ blast }) => `${Number((blast.share * 100).toFixed(1))} %`);
    return `| \`${name}\` | ${summary} | ${where} | ${what} | ${share} | ${entry.ways.local.is} |`;
  });
  return [
    "| fault | what happens | where | AIOpsLab's words | of the mix | locally |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
  ];
}
