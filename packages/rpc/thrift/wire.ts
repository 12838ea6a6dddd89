/** The types of `TBinaryProtocol`, by their number on the wire. */
export const types = {
  stop: 0,
  bool: 2,
  byte: 3,
  double: 4,
  i16: 6,
  i32: 8,
  i64: 10,
  string: 11,
  struct: 12,
  map: 13,
  set: 14,
  list: 15,
} as const;

/** The kinds of message, by their number on the wire. */
export const messageKinds = { call: 1, reply: 2, exception: 3, oneway: 4 } as const;

/** What stands before the struct of a message. */
export interface MessageHeader {
  readonly name: string;
  /** One of `messageKinds`, if the sender knows Thrift. */
  readonly kind: number;
  readonly sequence: number;
}

/** What a message of the strict form begins with; the kind comes in the lowest byte. */
export const strictVersion = 0x8001_0000;

/** What a field's header reads as: its type and its id in one number, so that one comparison tells both. */
export function fieldKey(type: number, id: number): number {
  return (type << 16) | (id & 0xffff);
}

/** The numbers of some bytes, which the engine reads and writes by itself. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
