import type { ReadyCheck } from "./check.ts";
import { exchange } from "./exchange.ts";

const headerBytes = 16;
const opMsg = 2_013;

/** A database server is ready when it answers `hello`. Asked without a driver, which would cost more than the rest. */
export function mongodAnswers(port: number): ReadyCheck {
  return async (signal) => {
    const isWhole = (answer: Buffer) =>
      answer.length >= headerBytes && answer.length >= answer.readInt32LE(0);
    const answer = await exchange(port, helloMessage, { isWhole, signal });
    if (answer.readInt32LE(12) !== opMsg) throw new Error("no MongoDB server answered");
  };
}

/** `{ hello: 1, $db: "admin" }` as an OP_MSG: header, flags, and one body section. */
const helloMessage = message(document([int32Element("hello", 1), stringElement("$db", "admin")]));

function message(body: Buffer): Buffer {
  const bodySection = Buffer.concat([Buffer.of(0), body]);
  const head = Buffer.alloc(headerBytes + 4);
  head.writeInt32LE(head.length + bodySection.length, 0);
  head.writeInt32LE(1, 4);
  head.writeInt32LE(opMsg, 12);
  return Buffer.concat([head, bodySection]);
}

function document(elements: readonly Buffer[]): Buffer {
  const inside = Buffer.concat([...elements, Buffer.of(0)]);
  return Buffer.concat([int32(inside.length + 4), inside]);
}

function int32Element(name: string, value: number): Buffer {
  return Buffer.concat([Buffer.of(0x10), Buffer.from(`${name}\0`), int32(value)]);
}

function stringElement(name: string, value: string): Buffer {
  const text = Buffer.from(`${value}\0`);
  return Buffer.concat([Buffer.of(0x02), Buffer.from(`${name}\0`), int32(text.length), text]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}
