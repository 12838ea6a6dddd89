import { existsSync, readFileSync, writeFileSync } from "node:fs";
// Not by its name: the launcher depends on this room, and this room, but for these files, knows no application.
import { apps, topologyOf } from "../packages/launcher/apps.ts";
import { catalogueTable, catalogueText } from "./catalogue.ts";
import { faults } from "./index.ts";

/** The applications that the catalogue speaks of. */
export const topologies = Object.keys(apps).flatMap((app) => topologyOf(app) ?? []);

/** The files that are made from the catalogue, with what they shall hold. */
export function generated(): ReadonlyMap<URL, string> {
  const readme = new URL("README.md", import.meta.url);
  return new Map([
    [new URL("catalogue.json", import.meta.url), catalogueText(faults, topologies)],
    [readme, withTable(readFileSync(readme, "utf8"))],
  ]);
}

const begin = "<!-- the catalogue: npm run gen -->";
const end = "<!-- end of the catalogue -->";

function withTable(readme: string): string {
  const [before, rest = ""] = readme.split(begin);
  const after = rest.split(end)[1] ?? "";
  const table = catalogueTable(faults, topologies).map((row) => `${row}\n`);
  return [before, begin, "\n", ...table, end, after].join("");
}

if (import.meta.main) {
  const isStale = ([file, text]: readonly [URL, string]) =>
    !existsSync(file) || readFileSync(file, "utf8") !== text;
  const stale = [...generated()].filter(isStale);
  if (!process.argv.includes("--check"))
    for (const [file, text] of stale) writeFileSync(file, text);
  else if (stale.length > 0) {
    console.error("Out of date: the catalogue of faults. Run npm run gen and commit the result.");
    process.exitCode = 1;
  }
}
