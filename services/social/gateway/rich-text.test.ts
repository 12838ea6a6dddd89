import { expect, test } from "vitest";

interface Part {
  readonly text: string;
  readonly username?: string;
  readonly address?: string;
}
interface Written {
  readonly text: string;
  readonly user_mentions: { readonly username: string }[];
  readonly urls: { readonly shortened_url: string; readonly expanded_url: string }[];
}

const script = new URL("./static/javascript/rich-text.js", import.meta.url).href;
const { partsOf }: { partsOf(post: Written): Part[] } = await import(script);

const written = (text: string, urls: Written["urls"] = []) => ({ text, user_mentions: [], urls });
const addressesOf = (parts: Part[]) => parts.flatMap(({ address }) => address ?? []);

test("what a short URL stands for is shown, with what followed it", () => {
  const urls = [
    { shortened_url: "http://s/1", expanded_url: "http://one.example" },
    { shortened_url: "http://s/12", expanded_url: "http://two.example" },
    { shortened_url: "", expanded_url: "http://none.example" },
  ];
  expect(partsOf(written("a http://s/1/b?c http://s/12, http://s/3", urls))).toEqual([
    { text: "a " },
    { text: "http://one.example/b?c", address: "http://one.example/b?c" },
    { text: " " },
    { text: "http://two.example", address: "http://two.example/" },
    { text: ", " },
    { text: "http://s/3", address: "http://s/3" },
  ]);
});

test("a text of nothing but links is taken apart in time in proportion to it", {
  timeout: 25_000,
}, () => {
  const count = 50_000;
  const urls = Array.from({ length: count }, (_, at) => ({
    shortened_url: `http://short-url/${String(at).padStart(10, "0")}`,
    expanded_url: `http://a${at}`,
  }));
  const parts = partsOf(written(urls.map((url) => `${url.shortened_url} `).join(""), urls));
  expect(addressesOf(parts)).toEqual(urls.map((url) => `${url.expanded_url}/`));
});

test.each([
  ["starts of links that lead nowhere", "http://[".repeat(100_000)],
  ["ports that are none", "http://s/1:x".repeat(60_000)],
])("%s cost no more, and are text", { timeout: 30_000 }, (_, text) => {
  const urls = [{ shortened_url: "http://s/1", expanded_url: "http://one.example" }];
  expect(partsOf(written(text, urls))).toEqual([{ text }]);
});
