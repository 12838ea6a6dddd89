import { Int64, TBinaryProtocol, TFramedTransport, type Thrift } from "thrift";
import type { Field, Idl, Type } from "./idl.ts";
import { camelCase, Names } from "./names.ts";
import { Values } from "./values.ts";

type Write = (to: TBinaryProtocol, value: never) => void;
type Read = (from: TBinaryProtocol) => unknown;
type Members = Record<string, unknown>;

/**
 * Apache's library as a referee. It does what its generator's code would do, with the same calls in the same order,
 * so that its bytes and its pace are the library's. Its 64-bit numbers are `Int64`: see `withInt64` and `withBigint`.
 */
export class Apache {
  readonly #names: Names;
  readonly #values: Values;

  constructor(idl: Idl) {
    this.#names = new Names(idl);
    this.#values = new Values(this.#names);
  }

  /** A function that makes a frame of a message with such a struct. */
  encoder(fields: readonly Field[]): (name: string, kind: number, message: unknown) => Buffer {
    const write = this.#writeStruct(fields);
    return (name, kind, message) => {
      let frame: Buffer = Buffer.of();
      const transport = new TFramedTransport(undefined, (bytes) => {
        frame = bytes ?? frame;
      });
      const protocol = new TBinaryProtocol(transport);
      protocol.writeMessageBegin(name, kind as Thrift.MessageType, 1);
      write(protocol, message as never);
      protocol.writeMessageEnd();
      protocol.flush();
      return frame;
    };
  }

  /** A function that reads a frame of a message with such a struct. */
  decoder(fields: readonly Field[]): (frame: Buffer) => unknown {
    const read = this.#readStruct(fields);
    return (frame) => {
      const protocol = new TBinaryProtocol(new TFramedTransport(frame.subarray(4)));
      protocol.readMessageBegin();
      return read(protocol);
    };
  }

  #writeStruct(fields: readonly Field[]): Write {
    const writers = fields.map((field) => {
      const { id, name, type } = field;
      const wireType = this.#wireType(type);
      return { id, name, wireType, member: camelCase(name), write: this.#writer(type) };
    });
    return (to, value: Members) => {
      to.writeStructBegin("");
      for (const { id, name, wireType, member, write } of writers) {
        if (value[member] === undefined) continue;
        to.writeFieldBegin(name, wireType, id);
        write(to, value[member] as never);
        to.writeFieldEnd();
      }
      to.writeFieldStop();
      to.writeStructEnd();
    };
  }

  #writer(type: Type): Write {
    const struct = this.#names.structOf(type);
    if (struct) return this.#writeStruct(struct.fields);
    if (type.kind === "list") return this.#writeList(type.element);
    if (type.kind === "texts") return writeTexts;
    if (type.kind === "i64") return (to, value: Int64) => to.writeI64(value);
    if (type.kind === "string") return (to, value: string) => to.writeString(value);
    if (type.kind === "bool") return (to, value: boolean) => to.writeBool(value);
    return (to, value: number) => to.writeI32(value);
  }

  #writeList(element: Type): Write {
    const write = this.#writer(element);
    const wireType = this.#wireType(element);
    return (to, items: unknown[]) => {
      to.writeListBegin(wireType, items.length);
      for (const item of items) write(to, item as never);
      to.writeListEnd();
    };
  }

  #readStruct(fields: readonly Field[]): Read {
    const readers = new Map(
      fields.map(({ id, name, type }) => {
        return [
          id,
          { member: camelCase(name), type: this.#wireType(type), read: this.#reader(type) },
        ];
      }),
    );
    return (from) => {
      const value: Members = {};
      from.readStructBegin();
      for (;;) {
        const { ftype, fid } = from.readFieldBegin();
        if (ftype === 0) break;
        const reader = readers.get(fid);
        if (reader?.type === ftype) value[reader.member] = reader.read(from);
        else from.skip(ftype);
        from.readFieldEnd();
      }
      from.readStructEnd();
      return value;
    };
  }

  #reader(type: Type): Read {
    const struct = this.#names.structOf(type);
    if (struct) return this.#readStruct(struct.fields);
    if (type.kind === "list") return this.#readList(type.element);
    if (type.kind === "texts") return readTexts;
    if (type.kind === "i64") return (from) => from.readI64();
    if (type.kind === "string") return (from) => from.readString();
    if (type.kind === "bool") return (from) => from.readBool();
    return (from) => from.readI32();
  }

  #readList(element: Type): Read {
    const read = this.#reader(element);
    return (from) => {
      const items: unknown[] = [];
      const { size } = from.readListBegin();
      for (let index = 0; index < size; index++) items.push(read(from));
      from.readListEnd();
      return items;
    };
  }

  #wireType(type: Type): Thrift.Type {
    return this.#values.wireType(type) as Thrift.Type;
  }
}

function writeTexts(to: TBinaryProtocol, texts: ReadonlyMap<string, string>): void {
  to.writeMapBegin(11 as Thrift.Type, 11 as Thrift.Type, texts.size);
  for (const [key, value] of texts) {
    to.writeString(key);
    to.writeString(value);
  }
  to.writeMapEnd();
}

function readTexts(from: TBinaryProtocol): Map<string, string> {
  const texts = new Map<string, string>();
  const { size } = from.readMapBegin();
  for (let index = 0; index < size; index++) texts.set(from.readString(), from.readString());
  from.readMapEnd();
  return texts;
}

/** The same value with an `Int64` for each bigint. */
export function withInt64(value: unknown): unknown {
  if (typeof value === "bigint") {
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(value);
    return new Int64(bytes);
  }
  return mapped(value, withInt64);
}

/** The same value with a bigint for each `Int64`. */
export function withBigint(value: unknown): unknown {
  if (value instanceof Int64) return value.buffer.readBigInt64BE(value.offset);
  return mapped(value, withBigint);
}

function mapped(value: unknown, change: (value: unknown) => unknown): unknown {
  if (Array.isArray(value)) return value.map(change);
  if (typeof value !== "object" || value === null || value instanceof Map) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, change(member)]));
}
