import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { HeaderDecoder } from "./header-decoder.ts";
import { HeaderEncoder } from "./header-encoder.ts";
import { DynamicTable, type Entry, tableBytesDefault } from "./header-table.ts";
import { type Field, stable, varying } from "./headers.ts";
import { ConnectionError, errorCodes } from "./protocol.ts";

const roomy = 16_384;
const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");
const decodeAll = (decoder: HeaderDecoder, block: Buffer) => {
  const { headers, fault } = decoder.decode(block, 0, block.length);
  if (!headers) throw new Error(fault);
  return headers;
};

// RFC 7541, C.4 and C.6: Huffman-coded, each block building on those before it, the second with little room.
test("the examples of the standard are read", () => {
  const requests = new HeaderDecoder(roomy);
  const first = decodeAll(requests, hex("8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff"));
  expect(first.get(":authority")).toBe("www.example.com");
  const second = decodeAll(requests, hex("8286 84be 5886 a8eb 1064 9cbf"));
  expect(second.get("cache-control")).toBe("no-cache");
  const block = hex("8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf");
  const third = decodeAll(requests, block);
  expect(third.get("custom-key")).toBe("custom-value");
  expect(third.get(":path")).toBe("/index.html");
  expect(third.get(":authority")).toBe("www.example.com");
});

test("what is sent again and again shrinks to a byte each, what varies is told in full", () => {
  const encoder = new HeaderEncoder();
  const decoder = new HeaderDecoder(roomy);
  const path = stable(":path", "/geo.Geo/Nearby");
  const type = stable("content-type", "application/grpc");
  const block = (timeout: string) =>
    encoder.encode([stable(":method", "POST"), path, type, varying("grpc-timeout", timeout)]);
  expect(decodeAll(decoder, block("1m")).get("grpc-timeout")).toBe("1m");
  for (const timeout of ["9999m", "5S"]) {
    const encoded = block(timeout);
    expect(encoded.length).toBeLessThan(7 + timeout.length);
    const headers = decodeAll(decoder, encoded);
    expect(headers.get(":path")).toBe("/geo.Geo/Nearby");
    expect(headers.get("content-type")).toBe("application/grpc");
    expect(headers.get("grpc-timeout")).toBe(timeout);
  }
});

/** The same numbers in each run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * below);
  };
}

test("whatever is encoded is decoded, whatever the other side remembers", () => {
  const random = numbers(7);
  const known = Array.from({ length: 200 }, (_, i) => stable(`name-${i % 60}`, "v".repeat(i)));
  const encoder = new HeaderEncoder();
  const decoder = new HeaderDecoder(1_000_000);
  for (let round = 0; round < 500; round++) {
    if (random(50) === 0) encoder.limit(random(6_000));
    const fields: Field[] = Array.from({ length: random(12) }, () => {
      const some = known[random(known.length)];
      return some && random(3) > 0 ? some : varying(`name-${random(90)}`, "x".repeat(random(300)));
    });
    const block = encoder.encode(fields);
    const headers = decodeAll(decoder, block);
    for (const { name } of fields) {
      const values = fields.filter((field) => field.name === name).map(({ value }) => value);
      expect(headers.get(name)).toBe(values.join(", "));
    }
  }
});

test("bytes that are no headers end the connection, and nothing else", () => {
  const random = numbers(11);
  const thrown: unknown[] = [];
  for (let round = 0; round < 20_000; round++) {
    const block = Buffer.from(Array.from({ length: random(24) }, () => random(256)));
    try {
      new HeaderDecoder(roomy).decode(block, 0, block.length);
    } catch (error) {
      thrown.push(error);
    }
  }
  expect(thrown.length).toBeGreaterThan(10_000);
  expect(thrown.filter((error) => !(error instanceof ConnectionError))).toEqual([]);
});

const faults: readonly [what: string, fields: readonly Field[], fault: string][] = [
  ["an upper-case name", [varying("Te", "x")], "malformed"],
  ["an empty name", [varying("", "x")], "malformed"],
  ["a name of HTTP/1.1", [varying("connection", "close")], "malformed"],
  ["a pseudo-header behind others", [varying("a", "b"), varying(":path", "/")], "malformed"],
  ["more than is taken", [varying("a", "x".repeat(roomy))], "too large"],
];

test.for(faults)("%s is the fault of one stream", ([, fields, fault]) => {
  const encoder = new HeaderEncoder();
  const decoder = new HeaderDecoder(roomy);
  const block = encoder.encode(fields);
  expect(decoder.decode(block, 0, block.length)).toEqual({ fault });
  const next = encoder.encode([varying("a", "b")]);
  expect(decodeAll(decoder, next).get("a")).toBe("b");
});

test("a byte that stands for a long header, again and again, ends the connection", () => {
  const name = "X".repeat(3_900);
  const literal = Buffer.concat([hex("40 7f bd 1d"), Buffer.from(name), hex("01 61")]);
  const block = Buffer.concat([literal, Buffer.alloc(12_000, 0xbe)]);
  const decoder = new HeaderDecoder(roomy);
  expect(decoder.decode(literal, 0, literal.length)).toEqual({ fault: "malformed" });
  expect(() => decoder.decode(block, 0, block.length)).toThrow(
    expect.objectContaining({ code: errorCodes.enhanceYourCalm }),
  );
});

test("what has left the table of headers is held no longer", async () => {
  const table = new DynamicTable();
  const gone = [tableBytesDefault, 1].map((length) => {
    const entry: Entry = { name: "a", value: "x".repeat(length), kind: "regular" };
    table.add(entry);
    return new WeakRef(entry);
  });
  table.resize(0);
  // A reference that was made lasts until the end of its turn.
  await setImmediate();
  setFlagsFromString("--expose-gc");
  runInNewContext("gc")();
  expect(gone.map((entry) => entry.deref())).toEqual([undefined, undefined]);
});
