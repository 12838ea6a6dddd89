import { expect, test } from "vitest";
import { KeptStructs } from "./kept-structs.ts";
import { ThriftReader, ThriftWriter } from "./protocol.ts";

interface Note {
  id: bigint;
  text: string;
}

/** Notes that count how often they are really written and read. */
function counted() {
  const counts = { written: 0, read: 0 };
  const notes = new KeptStructs<Note>();
  const encode = (writer: ThriftWriter, { id, text }: Note) => {
    counts.written++;
    writer.i64Field(1, id);
    writer.stringField(2, text);
    writer.stop();
  };
  const decode = (reader: ThriftReader): Note => {
    counts.read++;
    const note = { id: 0n, text: "" };
    for (let key = reader.field(); key !== 0; key = reader.field()) {
      if (key === 0x0a_0001) note.id = reader.i64();
      else if (key === 0x0b_0002) note.text = reader.string();
      else reader.skip(key);
    }
    return note;
  };
  return {
    counts,
    bytesOf(...some: Note[]) {
      const writer = new ThriftWriter();
      for (const note of some) notes.write(writer, note, encode);
      return writer.finish();
    },
    read(bytes: Buffer) {
      const reader = new ThriftReader(bytes);
      const found: Note[] = [];
      while (reader.remaining > 0) found.push(notes.read(reader, decode));
      return found;
    },
  };
}

const some = [1n, 2n, 3n].map((id) => ({ id, text: `note ${id}` }));

test("what has been read before is neither decoded again nor encoded", () => {
  const { bytesOf, read, counts } = counted();
  const bytes = bytesOf(...some);
  const first = read(bytes);
  expect(first).toEqual(some);
  const again = read(Buffer.from(bytes));
  expect(again.every((note, index) => note === first[index])).toBe(true);
  expect(bytesOf(...again)).toEqual(bytes);
  expect(counts).toEqual({ written: 3, read: 3 });
});

test("what is shared cannot be changed, and bytes that are overwritten afterwards do not matter", () => {
  const { bytesOf, read } = counted();
  const bytes = bytesOf(...some);
  const [note] = read(bytes);
  expect(() => Object.assign(note ?? {}, { text: "other" })).toThrow(TypeError);
  const chunk = Buffer.from(bytes);
  read(chunk);
  chunk.fill(0xff);
  expect(read(bytes)).toEqual(some);
});

test("the same id with other content is another struct, whichever is read first", () => {
  const { bytesOf, read } = counted();
  const versions = ["one", "two", "one, and more", ""].map((text) => ({ id: 1n, text }));
  expect(read(bytesOf(...versions, ...versions))).toEqual([...versions, ...versions]);
});

test("what may change is encoded as it is now", () => {
  const { bytesOf, read } = counted();
  const note = { id: 1n, text: "before" };
  bytesOf(note);
  note.text = "after";
  expect(read(bytesOf(note))).toEqual([{ id: 1n, text: "after" }]);
});

test("what somebody has frozen is encoded once", () => {
  const { bytesOf, counts } = counted();
  const note = Object.freeze({ id: 1n, text: "for good" });
  expect(bytesOf(note, note)).toEqual(Buffer.concat([bytesOf(note), bytesOf(note)]));
  expect(counts.written).toBe(1);
});

test("large structs come across, and are not kept", () => {
  const { bytesOf, read, counts } = counted();
  const bytes = bytesOf({ id: 1n, text: "x".repeat(10_000) });
  expect(read(bytes)).toEqual(read(bytes));
  expect(counts.read).toBe(2);
});

test.for([
  { count: 64, decoded: 1 },
  { count: 65, decoded: 2 },
])(
  "what becomes much larger is not kept: with $count empty elements it is decoded $decoded times",
  ({ count, decoded }) => {
    let decodedNow = 0;
    const lists = new KeptStructs<{ marks: object[] }>();
    const decode = (reader: ThriftReader) => {
      decodedNow++;
      reader.field();
      const marks = Array.from({ length: reader.list(12) }, () => ({ key: reader.field() }));
      reader.field();
      return { marks };
    };
    const writer = new ThriftWriter();
    for (let copy = 0; copy < 2; copy++) {
      writer.listField(1, 12, count);
      for (let mark = 0; mark < count; mark++) writer.stop();
      writer.stop();
    }
    const reader = new ThriftReader(writer.finish());
    for (let copy = 0; copy < 2; copy++)
      expect(lists.read(reader, decode).marks).toHaveLength(count);
    expect(decodedNow).toBe(decoded);
  },
);

test("no more are kept than is allowed: those that came last", () => {
  const { bytesOf, read, counts } = counted();
  const many = Array.from({ length: 4_097 }, (_, id) => bytesOf({ id: BigInt(id), text: "x" }));
  for (const bytes of many) read(bytes);
  expect(counts.read).toBe(4_097);
  for (const bytes of many.slice(1)) read(bytes);
  expect(counts.read).toBe(4_097);
  read(many[0] ?? Buffer.alloc(0));
  expect(counts.read).toBe(4_098);
});

test("a struct whose end is missing is refused, also where it was whole before", () => {
  const { bytesOf, read } = counted();
  const bytes = bytesOf(...some);
  read(bytes);
  expect(() => read(bytes.subarray(0, -1))).toThrow("ends too early");
});
