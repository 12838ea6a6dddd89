import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { codeOf } from "./gen.ts";
import { parseIdl } from "./idl.ts";

const exception = `
  enum Reason { OLD = 0 (code = "unavailable"), NEW = 1 }
  exception Failure { 1: Reason reason, 2: string message }`;
const method = "void Go(1: i64 id, 2: map<string, string> carrier) throws (1: Failure se)";

test("a contract of structs, lists, enums and annotations becomes code", () => {
  const code = codeOf(`${exception}
    # Comments of all three kinds
    struct Leaf { 1: bool green; 2: list<string> names }
    /** Grows. */
    struct Tree { 1: list<Leaf> leaves, 2: Leaf top }
    service Wood { Tree Find(1: i32 deep, 2: map<string,string> carrier) throws (1: Failure se) (span.server = "find") }
  `);

  expect(code).toContain(
    "/** Grows. */\nexport interface Tree {\n  leaves: Leaf[];\n  top: Leaf;\n}",
  );
  expect(code).toContain('find: thriftMethod<FindRequest, Tree>({\n      name: "Find",');
  expect(code).toContain('spanNames: { server: "find" }');
  expect(code).toContain("export function failure(reason: number, message: string");
});

test("a comment of several lines becomes one", () => {
  const { enums } = parseIdl("/**\n * One\n * and two.\n */\nenum E { A = 1 }");

  expect(enums).toMatchObject([{ doc: "One and two.", values: [{ name: "A", value: 1 }] }]);
});

describe("is refused, with its line:", () => {
  test.each([
    ["an include", 'include "other.thrift"', "line 2: include is not supported"],
    ["a set", "struct S {\n1: set<i32> a }", "line 3: set is not supported"],
    ["a double", "struct S { 1: double a }", "line 2: double is not supported"],
    ["an optional field", "struct S { 1: optional i32 a }", "line 2: optional is not supported"],
    ["a list of lists", "struct S { 1: list<list<i32>> a }", "line 2: a list of containers"],
    ["another map", "struct S { 1: map<i32,string> a }", "line 2: map<i32, string> is not"],
    ["a default", "struct S { 1: i32 a = 4 }", "line 2: a number is expected, not ="],
    ["a field without an id", "struct S { i32 a }", "line 2: a number is expected, not i32"],
    ["an id twice", "struct S { 1: i32 a, 1: i32 b }", "line 2: 1 is no id, or taken"],
    ["an id of 0", "struct S { 0: i32 a }", "line 2: 0 is no id"],
    ["a oneway method", "service S { oneway void A() }", "line 2: oneway is not supported"],
    ["what is no token", "struct S { ? }", "line 2: cannot read ?"],
    ["a file that ends too early", "struct S {", "line 2: a number is expected, not the end"],
    ["an unknown type", "struct S { 1: T a }\nservice W { S A() }", "line 2: nothing before is"],
    ["a struct within itself", "struct S {\n1: list<S> a }", "line 3: nothing before is called S"],
    ["a name twice", "struct S {}\nenum S {}", "line 2: S is defined twice"],
    ["a name that the code needs", "struct S { 1: i32 key }\nservice W {S A()}", "line 2: key is"],
  ])("%s", (_, source, message) => {
    expect(() => codeOf(`\n${source}`)).toThrow(message);
  });

  test.each([
    ["a method without an exception", "service S { void A(1: map<string,string> carrier) }"],
    ["a method that answers a map", `service S { map<string,string> ${method.slice(5)} }`],
    ["a method without a carrier", "service S { void A(1: i64 a) throws (1: Failure se) }"],
    ["a map that is no carrier", `struct M { 1: map<string,string> a } service S { ${method} }`],
    ["an unknown code", 'enum R { A = 1 (code = "odd") } exception F { 1: R a, 2: string b }'],
  ])("%s", (_, source) => {
    expect(() => codeOf(`${exception}\n${source}`)).toThrow(/^line \d+: /);
  });
});

test.skipIf(!hasCompiler())("Apache's compiler takes the contract (needs thrift-compiler)", () => {
  const folder = mkdtempSync(join(tmpdir(), "thrift-"));
  const contract = join(import.meta.dirname, "social.thrift");
  try {
    for (const language of ["py", "cpp"]) {
      execFileSync("thrift", ["--strict", "-r", "--gen", language, "-o", folder, contract]);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

function hasCompiler(): boolean {
  try {
    return execFileSync("thrift", ["-version"], { encoding: "utf8" }).startsWith("Thrift version");
  } catch {
    return false;
  }
}
