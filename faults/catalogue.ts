import type { CatalogueFacts } from "./catalogue-facts.ts";
import { type Fault, faultVariable, type HookKind, hookKind } from "./fault.ts";
import type { Parameters } from "./parameters.ts";

/** What harnesses read of a fault, in `catalogue.json`. */
export interface CatalogueEntry extends Omit<CatalogueFacts, "signs"> {
  readonly name: string;
  readonly summary: string;
  readonly variable: string;
  readonly hook: HookKind;
  readonly parameters: Parameters;
  readonly variants: readonly string[];
}

/** A fault's facts for its default values. */
export function entryOf(fault: Fault): CatalogueEntry {
  const { name, summary, parameters, facts, variants = {} } = fault;
  // What our own verification measures is no business of a harness.
  const { signs: _, ...told } = facts;
  const defaults = defaultsOf(parameters);
  return {
    name,
    summary,
    variable: faultVariable(fault),
    hook: hookKind(fault),
    parameters,
    variants: ["off", "on", ...Object.keys(variants)],
    ...filled(told, defaults),
  };
}

/** The facts with the values of parameters in place of `{service}` and the like. */
export function filled<T>(facts: T, values: Readonly<Record<string, number | string>>): T {
  return JSON.parse(JSON.stringify(facts), (_key, value: unknown) =>
    typeof value === "string"
      ? value.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole))
      : value,
  );
}

function defaultsOf(parameters: Parameters): Record<string, number | string> {
  return Object.fromEntries(Object.entries(parameters).map(([name, one]) => [name, one.default]));
}

/** The text of `catalogue.json`. */
export function catalogueText(faults: readonly Fault[]): string {
  return `${JSON.stringify({ faults: faults.map(entryOf) }, undefined, 2)}\n`;
}

/** The lines of the README's table. */
export function catalogueTable(faults: readonly Fault[]): string[] {
  const rows = faults.map(entryOf).map(({ name, summary, localisation, analysis, blast, ways }) => {
    const where = localisation.join(", ") || "–";
    const what = analysis.level === "none" ? "–" : `${analysis.level}, ${analysis.type}`;
    const share = `${Number((blast.share * 100).toFixed(1))} %`;
    return `| \`${name}\` | ${summary} | ${where} | ${what} | ${share} | ${ways.local.is} |`;
  });
  return [
    "| fault | what happens | where | AIOpsLab's words | of the mix | locally |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
  ];
}
