import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { catalogueTable, catalogueText } from "./catalogue.ts";
import { faults } from "./index.ts";

/** The files that are made from the catalogue, with what they shall hold. */
export function generated(): ReadonlyMap<URL, string> {
  const readme = new URL("README.md", import.meta.url);
  return new Map([
    [new URL("catalogue.json", import.meta.url), catalogueText(faults)],
    [readme, withTable(readFileSync(readme, "utf8"))],
  ]);
}

const begin = "<!-- the catalogue: npm run gen -->";
const end = "<!-- end of the catalogue -->";

function withTable(readme: string): string {
  const [before, rest = ""] = readme.split(begin);
  const after = rest.split(end)[1] ?? "";
  return [before, begin, "\n", ...catalogueTable(faults).map((row) => `${row}\n`), end, after].join(
    "",
  );
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
