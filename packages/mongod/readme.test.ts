import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { ownExpressionNames } from "./aggregate/bson-operators.ts";
import { commands } from "./commands/index.ts";
import { queryOperators } from "./operators/query/index.ts";
import { updateOperators } from "./operators/update/index.ts";
import { topLevelOperators } from "./query/predicates.ts";

const readme = readFileSync(new URL("./README.md", import.meta.url), "utf8");
const load = createRequire(import.meta.url);

interface Row {
  readonly names: readonly string[];
  readonly status: string;
  readonly note: string;
}

/** The rows of the table under a heading. */
function rowsOf(heading: string): Row[] {
  const section = readme.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| `"));
  return rows.map((line) => {
    const [, names = "", status = "", note = ""] = line.split("|").map((cell) => cell.trim());
    return { names: names.split(" ").map((name) => name.slice(1, -1)), status, note };
  });
}

function namesIn(heading: string): string[] {
  return rowsOf(heading)
    .flatMap(({ names }) => names)
    .sort();
}

const library = (kind: string) => Object.keys(load(`mingo/operators/${kind}`));
const sortedSet = (...names: string[]) => [...new Set(names)].sort();

test("the README names every command and no other", () => {
  expect(namesIn("Commands")).toEqual(sortedSet(...Object.keys(commands)));
});

test("the README names every query operator and no other", () => {
  const known = [...Object.keys(queryOperators), ...topLevelOperators, "$not"];
  expect(namesIn("Query operators")).toEqual(sortedSet(...known));
});

test("the README names every update operator and no other", () => {
  const known = Object.keys(updateOperators).filter((name) => name !== "$nothing");
  expect(namesIn("Update operators")).toEqual(sortedSet(...known));
});

test("the README names every stage, accumulator and expression and no other", () => {
  const sources = [
    "$changeStream",
    "$collStats",
    "$currentOp",
    "$indexStats",
    "$listLocalSessions",
    "$listSessions",
  ];
  expect(namesIn("Stages")).toEqual(sortedSet(...library("pipeline"), ...sources));
  const grouped = [...library("accumulator"), ...library("window")];
  expect(namesIn("Accumulators and window operators")).toEqual(sortedSet(...grouped));
  const expressions = [...library("expression"), ...ownExpressionNames];
  expect(namesIn("Expressions")).toEqual(sortedSet(...expressions));
});

test("every row says same, differs or refused, and the last two say how", () => {
  const headings = [
    "Commands",
    "Query operators",
    "Update operators",
    "Stages",
    "Accumulators and window operators",
    "Expressions",
  ];
  for (const { names, status, note } of headings.flatMap(rowsOf)) {
    expect(["same", "differs", "refused"], names.join()).toContain(status);
    expect(status === "same" || note !== "", names.join()).toBe(true);
  }
});
