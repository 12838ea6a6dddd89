// How many bits each byte's code has (RFC 7541, appendix B), then the end-of-string code: 256 and 257 lengths in
// runs. Codes of one length are consecutive, and shorter ones come first, so the lengths say everything.
const lengths =
  "13 23 28*7 24 30 28*2 30 28*8 30 28*9 6 10*2 12 13 6 8 11 10*2 8 11 8 6*3 5*3 6*7 7 8 15 6 12 10 13 6 7*22 8 7 8 " +
  "13 19 13 14 6 15 5 6 5 6 5 6*3 5 7*2 6*3 5 6 7 6 5*2 6 7*5 15 11 14 13 28 20 22 20*2 22*3 23 22 23*5 24 23 24*2 22 " +
  "23 24 23*4 21 22 23 22 23*2 24 22 21 20 22*2 23*2 21 23 22*2 24 21 22 23*2 21*2 22 21 23 22 23*2 20 22*3 23 22*2 " +
  "23 26*2 20 19 22 23 22 25 26*3 27*2 26 24 25 19 21 26 27*2 26 27 24 21*2 26*2 28 27*3 20 24 20 21 22 21*2 23 22*2 " +
  "25*2 24*2 26 23 26 27 26*2 27*5 28 27*5 26 30";

const endOfString = 256;
const shortestBits = 5;
const longestBits = 30;

/** Per length of codes: the first of them, as a number, and the symbols in the order of their codes. */
const codes = codesByLength();

function codesByLength() {
  const bits = lengths.split(" ").flatMap((run) => {
    const [length, count = "1"] = run.split("*");
    return new Array<number>(Number(count)).fill(Number(length));
  });
  let next = 0;
  return Array.from({ length: longestBits + 1 }, (_, length) => {
    const symbols = bits.flatMap((each, symbol) => (each === length ? [symbol] : []));
    next *= 2;
    const first = next;
    next += symbols.length;
    return { first, symbols };
  });
}

/** Where most texts are put together; longer ones get room of their own. */
const roomForMost = Buffer.allocUnsafeSlow(1_024);

/** Reads Huffman-coded text, one byte a character. Undefined if it is not such text. */
export function decodeHuffman(bytes: Uint8Array, from: number, to: number): string | undefined {
  const charactersMax = Math.ceil(((to - from) * 8) / shortestBits);
  const text = charactersMax > roomForMost.length ? Buffer.allocUnsafe(charactersMax) : roomForMost;
  let characters = 0;
  let code = 0;
  let length = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    for (let bit = 7; bit >= 0; bit--) {
      code = code * 2 + ((byte >> bit) & 1);
      length++;
      if (length < shortestBits) continue;
      const symbol = symbolOf(code, length);
      if (symbol === undefined) continue;
      if (symbol === endOfString) return undefined;
      text[characters++] = symbol;
      code = 0;
      length = 0;
    }
  }
  // What is left of the last byte is filled with ones.
  const isFilled = length < 8 && code === 2 ** length - 1;
  return isFilled ? text.toString("latin1", 0, characters) : undefined;
}

function symbolOf(code: number, length: number): number | undefined {
  const group = codes[length];
  return group === undefined ? undefined : group.symbols[code - group.first];
}
