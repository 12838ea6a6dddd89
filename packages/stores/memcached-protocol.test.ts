import { expect, test } from "vitest";
import { encodeGet, encodeStore, ReplyReader } from "./memcached-protocol.ts";

const replies = Buffer.from(
  "VALUE 1 0 12\r\nEND\r\nVALUE 2\r\nVALUE café 7 0\r\n\r\nEND\r\nSTORED\r\nVERSION 1.6.18\r\n",
);

function readAll(chunks: readonly Buffer[]): string[] {
  const seen: string[] = [];
  const reader = new ReplyReader({
    value: (key, bytes) => seen.push(`${key}=${bytes}`),
    line: (text) => seen.push(text),
  });
  for (const chunk of chunks) reader.push(chunk);
  return seen;
}

test("replies are read alike wherever the stream is cut", () => {
  const expected = ["1=END\r\nVALUE 2", "café=", "END", "STORED", "VERSION 1.6.18"];

  for (let first = 0; first <= replies.length; first++) {
    for (let second = first; second <= replies.length; second += 3) {
      const cuts = [
        replies.subarray(0, first),
        replies.subarray(first, second),
        replies.subarray(second),
      ];
      expect(readAll(cuts)).toEqual(expected);
    }
  }
  expect(readAll([...replies].map((byte) => Buffer.of(byte)))).toEqual(expected);
});

test("a value's length that is no length is an error", () => {
  for (const line of ["VALUE 1 0 x\r\n", "VALUE 1 0 -1\r\n", "VALUE 1 0 99999999999\r\n"]) {
    expect(() => readAll([Buffer.from(line)])).toThrow("malformed");
  }
});

test("very many keys stay one write but make several lines", () => {
  const keys = Array.from({ length: 130 }, (_, index) => `k${index}`);

  const { request, lines } = encodeGet(keys);

  expect(lines).toBe(3);
  expect(request.split("\r\n").map((line) => line.split(" ").length)).toEqual([65, 65, 3, 1]);
});

test("a stored value is preceded by its length in bytes and its time in whole seconds", () => {
  expect(encodeStore("set", "1", "é", 0)).toBe("set 1 0 0 2\r\né\r\n");
  expect(encodeStore("add", "1", Buffer.from("é"), 0.2).toString()).toBe("add 1 0 1 2\r\né\r\n");
});
