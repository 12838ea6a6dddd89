import { expect, test } from "vitest";
import { PartialBytes } from "../frame-reader.ts";
import { FrameReader, frame } from "./frames.ts";

function readAll(chunks: readonly Buffer[]): { messages: string[]; isWhole: boolean } {
  const messages: string[] = [];
  const reader = new FrameReader((message) => messages.push(message.toString()));
  for (const chunk of chunks) reader.push(chunk);
  return { messages, isWhole: reader.isWhole };
}

test("messages come out as they went in, wherever the bytes are cut", () => {
  const bytes = Buffer.concat(["", "a", "some words"].map((text) => frame(Buffer.from(text))));
  for (let first = 0; first <= bytes.length; first++) {
    for (let second = first; second <= bytes.length; second++) {
      const cut = [bytes.subarray(0, first), bytes.subarray(first, second), bytes.subarray(second)];
      expect(readAll(cut)).toEqual({ messages: ["", "a", "some words"], isWhole: true });
    }
  }
});

test("a message that has not arrived whole is not handed out", () => {
  expect(readAll([frame(Buffer.from("abc")).subarray(0, 7)])).toEqual({
    messages: [],
    isWhole: false,
  });
});

test("a message in many small pieces takes memory for what is there, and gives it back", () => {
  const partial = new PartialBytes(1_000);
  const reader = new FrameReader(() => {}, partial);
  const bytes = frame(Buffer.alloc(400));
  for (let at = 0; at < bytes.length; at++) reader.push(bytes.subarray(at, at + 1));
  expect(() => partial.take(1_000)).not.toThrow();
});

test("when unfinished messages hold all that they may, a further one is refused", () => {
  const partial = new PartialBytes(100);
  const half = frame(Buffer.alloc(120)).subarray(0, 80);
  const [first, second] = [new FrameReader(() => {}, partial), new FrameReader(() => {}, partial)];
  first.push(half);
  expect(() => second.push(half)).toThrow(/too many large messages/);
  first.close();
  expect(() => second.push(half)).not.toThrow();
});
