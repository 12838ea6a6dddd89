import { freeze } from "../freeze.ts";
import { Recent } from "../recent.ts";
import type { ThriftReader } from "./reader.ts";
import type { ThriftWriter } from "./writer.ts";

/** As many structs are kept. */
const structsMax = 4_096;
/** Larger structs are not kept. */
const bytesMax = 2_048;
/** Nor are those whose lists have more elements, as each may be a byte on the wire and an object once it is read. */
const elementsMax = 64;

interface Kept<Value> {
  readonly bytes: Buffer;
  readonly value: Value;
}

/**
 * Structs that pass through a process over and over, and never change: one whose very bytes have been read lately is
 * not decoded again, and one that has been read or written before is not encoded again. What is read is therefore
 * shared and frozen, and what others have frozen, deeply, is taken for as unchangeable.
 */
export class KeptStructs<Value extends object> {
  readonly #kept = new Recent<number, Kept<Value>>(structsMax);
  readonly #bytesOf = new WeakMap<Value, Buffer>();

  /** Throws what `decode` throws. */
  read(reader: ThriftReader, decode: (reader: ThriftReader) => Value): Value {
    // Structs begin with their id. Two with the same digest, which is rare, take each other's place.
    const digest = reader.digest();
    const known = this.#kept.get(digest);
    if (known && reader.passes(known.bytes)) return known.value;
    const begin = reader.position;
    const elementsBefore = reader.elements;
    const value = decode(reader);
    const isSmall = reader.elements - elementsBefore <= elementsMax;
    if (isSmall && reader.position - begin <= bytesMax) {
      const bytes = reader.copyFrom(begin);
      freeze(value);
      this.#kept.set(digest, { bytes, value });
      this.#bytesOf.set(value, bytes);
    }
    return value;
  }

  /** Throws what `encode` throws. */
  write(
    writer: ThriftWriter,
    value: Value,
    encode: (writer: ThriftWriter, value: Value) => void,
  ): void {
    const known = this.#bytesOf.get(value);
    if (known) {
      writer.raw(known);
      return;
    }
    const begin = writer.position;
    encode(writer, value);
    if (Object.isFrozen(value) && writer.position - begin <= bytesMax)
      this.#bytesOf.set(value, writer.copyFrom(begin));
  }
}
