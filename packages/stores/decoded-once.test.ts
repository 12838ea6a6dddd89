import { expect, test } from "vitest";
import { decodedOnce } from "./decoded-once.ts";

test("an entry is decoded anew when its bytes have changed, and by its own id only", () => {
  const decoded: string[] = [];
  const decode = decodedOnce((bytes, id) => {
    decoded.push(`${id} ${bytes}`);
    return { text: `${bytes}` };
  });
  const first = decode(Buffer.from("x"), "1");
  expect(decode(Buffer.from("x"), "1")).toBe(first);
  expect(decode(Buffer.from("y"), "1")).toEqual({ text: "y" });
  expect(decode(Buffer.from("x"), "2")).toEqual({ text: "x" });
  expect(decoded).toEqual(["1 x", "1 y", "2 x"]);
});

test("bytes that are overwritten afterwards do not matter, nor does what cannot be decoded", () => {
  const decode = decodedOnce((bytes) => (bytes[0] === 0 ? undefined : bytes.length));
  const chunk = Buffer.from("abc");
  expect(decode(chunk, "1")).toBe(3);
  chunk[0] = 0;
  expect(decode(chunk, "1")).toBeUndefined();
  expect(decode(Buffer.from("abc"), "1")).toBe(3);
});

test("no more is kept than is allowed", () => {
  let decoded = 0;
  const decode = decodedOnce(() => ++decoded, { entriesMax: 2, entryBytesMax: 3 });
  const ask = (...ids: string[]) => ids.map((id) => decode(Buffer.from(id), id));
  // The one that has been known for longest makes room.
  expect(ask("1", "2", "3", "2", "3", "1")).toEqual([1, 2, 3, 2, 3, 4]);
  expect(ask("long", "long", "3")).toEqual([5, 6, 3]);
});
