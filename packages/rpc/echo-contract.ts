import type { Call } from "./call.ts";
import type { Codec } from "./service.ts";

/** A message as small as a real one: a 32-bit number and some texts. */
export interface Saying {
  number: number;
  words: string[];
}

const saying: Codec<Saying> = {
  encode: ({ number, words }) => ({
    finish() {
      const text = Buffer.from(words.join("\n"));
      const bytes = Buffer.alloc(4 + text.byteLength);
      bytes.writeFloatLE(number, 0);
      text.copy(bytes, 4);
      return bytes;
    },
  }),
  decode(bytes) {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const text = buffer.toString("utf8", 4);
    return { number: buffer.readFloatLE(0), words: text === "" ? [] : text.split("\n") };
  },
};

/** The contract that this room's own tests speak; applications have theirs in `proto`. */
export const Echo = {
  name: "Echo",
  fullName: "echo.Echo",
  methods: {
    say: { name: "Say", requestType: saying, responseType: saying },
    sing: { name: "Sing", requestType: saying, responseType: saying },
  },
} as const;

/** Handlers of which only `say` matters; without one it gives back what it gets. */
export function echo(say: (request: Saying, call: Call) => Promise<Saying> = async (it) => it) {
  return { say, sing: async (request: Saying) => request };
}

/** A message without texts. */
export const nothing: Saying = { number: 0, words: [] };
