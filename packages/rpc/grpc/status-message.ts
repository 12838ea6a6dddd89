/** Longer messages are cut: they travel in headers, which have a limit on both ends. */
const messageMax = 2_000;

const plain = /^[\x20-\x24\x26-\x7e]*$/;
const percent = 0x25;

/** Percent-encodes a `grpc-message`: everything but printable ASCII, and `%` itself, byte by byte. */
export function encodeMessage(text: string): string {
  const message = cut(text, messageMax);
  if (plain.test(message)) return message;
  let encoded = "";
  for (const byte of Buffer.from(message)) {
    const isPlain = byte >= 0x20 && byte <= 0x7e && byte !== percent;
    encoded += isPlain ? String.fromCharCode(byte) : `%${hex(byte)}`;
  }
  return encoded;
}

/** The text, or its beginning if it has more characters than these. */
export function cut(text: string, charactersMax: number): string {
  return text.length > charactersMax ? `${text.slice(0, charactersMax)}…` : text;
}

/** The text of a `grpc-message`. What is not encoded rightly stays as it came. */
export function decodeMessage(encoded: string): string {
  if (!encoded.includes("%")) return encoded;
  const bytes = encoded.replaceAll(/%([0-9a-fA-F]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return Buffer.from(bytes, "latin1").toString("utf8");
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, "0");
}
