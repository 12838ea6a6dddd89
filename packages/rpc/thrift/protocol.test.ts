import { TBinaryProtocol, TFramedTransport, type Thrift } from "thrift";
import { describe, expect, test } from "vitest";
import { ServiceError } from "../errors.ts";
import { fieldKey, messageKinds, ThriftReader, ThriftWriter, types } from "./protocol.ts";

test("texts, numbers and maps are read as they were written", () => {
  const writer = new ThriftWriter();
  writer.boolField(1, true);
  writer.i32Field(2, -2_147_483_648);
  writer.i64Field(3, 9_223_372_036_854_775_807n);
  writer.stringField(4, `${"é".repeat(20)}\u0000😀`);
  writer.textsField(5, new Map([["__proto__", "b"]]));
  writer.stop();
  const reader = new ThriftReader(writer.finish());

  expect([reader.field(), reader.bool()]).toEqual([fieldKey(types.bool, 1), true]);
  expect([reader.field(), reader.i32()]).toEqual([fieldKey(types.i32, 2), -2_147_483_648]);
  expect([reader.field(), reader.i64()]).toEqual([fieldKey(types.i64, 3), 2n ** 63n - 1n]);
  expect(reader.field()).toBe(fieldKey(types.string, 4));
  expect(reader.string()).toBe(`${"é".repeat(20)}\u0000😀`);
  expect(reader.field()).toBe(fieldKey(types.map, 5));
  expect(reader.texts()).toEqual(new Map([["__proto__", "b"]]));
  expect([reader.field(), reader.remaining]).toEqual([0, 0]);
});

test("a writer grows, and what it gave out stays when it is used again", () => {
  const writer = new ThriftWriter();
  writer.string("a".repeat(200_000));
  const first = writer.finish();
  writer.string("b".repeat(200_000));
  const second = writer.finish();

  expect(new ThriftReader(first).string()).toBe("a".repeat(200_000));
  expect(new ThriftReader(second).string()).toBe("b".repeat(200_000));
});

test("what a writer holds after a failure is forgotten by a reset", () => {
  const writer = new ThriftWriter();
  writer.string("half a message");
  writer.reset();
  writer.i32(1);

  expect(writer.finish().toString("hex")).toBe("00000001");
});

test("frames say their length, one behind the other", () => {
  const writer = new ThriftWriter();
  const first = writer.beginFrame();
  writer.stop();
  writer.endFrame(first);
  const second = writer.beginFrame();
  writer.i32(7);
  writer.endFrame(second);

  expect(writer.finish().toString("hex")).toBe("00000001000000000400000007");
});

test.each([1.5, 2 ** 31, Number.NaN, -(2 ** 31) - 1])("%d is no i32", (value) => {
  expect(() => new ThriftWriter().i32(value)).toThrow("is no 32-bit integer");
});

test.each([2n ** 63n, -(2n ** 63n) - 1n])("%d is no i64", (value) => {
  expect(() => new ThriftWriter().i64(value)).toThrow("exceeds 64 bits");
});

test("a list of another type than expected reads as empty, and what follows is read", () => {
  const writer = new ThriftWriter();
  writer.listField(1, types.i32, 2);
  writer.i32(1);
  writer.i32(2);
  writer.boolField(2, true);
  const reader = new ThriftReader(writer.finish());

  expect([reader.field(), reader.list(types.i64)]).toEqual([fieldKey(types.list, 1), 0]);
  expect([reader.field(), reader.bool()]).toEqual([fieldKey(types.bool, 2), true]);
});

test("an empty list may name any type", () => {
  expect(reading("00 00000000").list(types.i64)).toBe(0);
  expect(reading("00 00 00000000").texts()).toBeUndefined();
});

test("a map of other things than texts reads as absent", () => {
  const reader = reading("08 02 00000001 00000007 01 ff");

  expect([reader.texts(), reader.byte()]).toEqual([undefined, 0xff]);
});

describe("the header of a message", () => {
  const name = Buffer.from("Follow").toString("hex");

  test.each([
    ["strict", `80010001 00000006 ${name} 00000005`],
    ["old", `00000006 ${name} 01 00000005`],
  ])("is read in the %s form", (_, hex) => {
    const header = { name: "Follow", kind: messageKinds.call, sequence: 5 };
    expect(reading(hex).message()).toEqual(header);
  });

  test("is refused in a version that nobody knows", () => {
    expectMalformed(() => reading(`80020001 00000006 ${name} 00000005`).message());
  });
});

test("fields of every type that Apache's library writes are passed over", () => {
  const reader = new ThriftReader(writtenByApache(everything));
  reader.skip(fieldKey(types.struct, 0));

  expect(reader.remaining).toBe(0);
});

describe("is malformed, and costs nothing to refuse:", () => {
  test.each<[string, string, (reader: ThriftReader) => unknown]>([
    ["nothing at all", "", (it) => it.byte()],
    ["half a number", "000000", (it) => it.i32()],
    ["half a 64-bit number", "00000000000000", (it) => it.i64()],
    ["half a field", "0b00", (it) => it.field()],
    ["a text longer than the rest", "00000003 6161", (it) => it.string()],
    ["a text of negative size", "ffffffff", (it) => it.string()],
    ["a list of 2^31-1 numbers", "0a 7fffffff 00", (it) => it.list(types.i64)],
    ["a list of 2^31-1 empty structs", "0c 7fffffff 00", (it) => it.list(types.struct)],
    ["a list of negative size", "0a ffffffff", (it) => it.list(types.i64)],
    ["a list of no type", "00 00000001 00", (it) => it.list(types.i64)],
    ["a list of an unknown type", "07 00000001 00", (it) => it.list(types.i64)],
    ["a map of 2^31-1 texts", "0b 0b 7fffffff 00", (it) => it.texts()],
    ["an unknown list of 2^31-1 booleans", "02 7fffffff 00", (it) => it.skip(types.list << 16)],
    ["an unknown map of 2^31-1", "02 02 7fffffff 00", (it) => it.skip(types.map << 16)],
    ["an unknown type", "00", (it) => it.skip(7 << 16)],
    ["a struct without an end", "08 0001 00000001", (it) => it.skip(types.struct << 16)],
    ["a message of negative size", "ffff0000", (it) => it.message()],
  ])("%s", (_, hex, read) => {
    expectMalformed(() => read(reading(hex)));
  });

  test("a tower of a million structs", () => {
    const tower = Buffer.from("0c0001".repeat(1_000_000), "hex");
    expectMalformed(() => new ThriftReader(tower).skip(types.struct << 16));
  });

  test("a tower of a million lists", () => {
    const tower = Buffer.from("0f00000001".repeat(1_000_000), "hex");
    expectMalformed(() => new ThriftReader(tower).skip(types.list << 16));
  });
});

function reading(hex: string): ThriftReader {
  return new ThriftReader(Buffer.from(hex.replaceAll(" ", ""), "hex"));
}

function expectMalformed(read: () => unknown): void {
  const malformed = {
    code: "invalidArgument",
    message: expect.stringMatching(/^malformed Thrift/),
  };
  expect(read).toThrow(ServiceError);
  expect(read).toThrow(expect.objectContaining(malformed));
}

/** A struct with a field of each type, the containers filled. */
function everything(to: TBinaryProtocol): void {
  const as = (type: keyof typeof types) => types[type] as Thrift.Type;
  const values: [Thrift.Type, () => void][] = [
    [as("bool"), () => to.writeBool(true)],
    [as("byte"), () => to.writeByte(1)],
    [as("double"), () => to.writeDouble(0.5)],
    [as("i16"), () => to.writeI16(2)],
    [as("i32"), () => to.writeI32(3)],
    [as("i64"), () => to.writeI64(4)],
    [as("string"), () => to.writeString("text")],
  ];
  values.forEach(([type, write], index) => {
    to.writeFieldBegin("one", type, 3 * index + 1);
    write();
    to.writeFieldBegin("list", as("list"), 3 * index + 2);
    to.writeListBegin(type, 2);
    write();
    write();
    to.writeFieldBegin("map", as("map"), 3 * index + 3);
    to.writeMapBegin(as("struct"), as("set"), 1);
    to.writeFieldBegin("one", type, -1);
    write();
    to.writeFieldStop();
    to.writeSetBegin(type, 1);
    write();
  });
  to.writeFieldStop();
}

function writtenByApache(write: (to: TBinaryProtocol) => void): Buffer {
  let frame: Buffer = Buffer.of();
  const transport = new TFramedTransport(undefined, (bytes) => {
    frame = bytes ?? frame;
  });
  const protocol = new TBinaryProtocol(transport);
  write(protocol);
  protocol.flush();
  return frame.subarray(4);
}
