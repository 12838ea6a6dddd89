import { expect, onTestFinished, test, vi } from "vitest";

const script = new URL("./static/javascript/known-names.js", import.meta.url).href;
const { rememberName }: { rememberName(id: string, username: string): void } = await import(script);

/** What a browser keeps, as far as names are concerned. */
function storage(initial: string | null = null) {
  let kept = initial;
  const setItem = (_key: string, value: string) => {
    kept = value;
  };
  vi.stubGlobal("localStorage", { getItem: () => kept, setItem });
  onTestFinished(() => {
    vi.unstubAllGlobals();
  });
  return { names: () => JSON.parse(String(kept)) };
}

test("a browser remembers the newest thousand names, each person once", () => {
  const { names } = storage();
  for (let id = 0; id < 1_500; id++) rememberName(String(id), `name_${id}`);
  rememberName("1499", "renamed");
  expect(names().length).toBe(1_000);
  expect([names()[0], names().at(-1)]).toEqual([
    ["500", "name_500"],
    ["1499", "renamed"],
  ]);
});

test.each(["no JSON", "null", '{"a":1}', "[1,2]"])("what was there, %s, is replaced", (before) => {
  const { names } = storage(before);
  rememberName("1", "mark");
  expect(names()).toEqual([["1", "mark"]]);
});
