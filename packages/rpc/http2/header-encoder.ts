import { entryBytes, staticEntries, tableBytesDefault } from "./header-table.ts";
import type { Field } from "./headers.ts";

/** The longest that a number or the length of a text can be. */
const integerBytesMax = 6;

const staticNames = new Map<string, number>();
for (const [index, { name }] of staticEntries.entries())
  if (!staticNames.has(name)) staticNames.set(name, index + 1);

/**
 * Writes blocks of headers (HPACK, RFC 7541). The other side is asked to remember stable headers, and one value of
 * each varying one for its name, as long as its table has room: nothing that was remembered is ever given up.
 */
export class HeaderEncoder {
  #known = new Map<Field, number>();
  #knownNames = new Map<string, number>();
  #added = 0;
  #bytesLeft = tableBytesDefault;
  #bytesMax = tableBytesDefault;
  #isResized = false;
  #out = Buffer.allocUnsafe(512);
  #at = 0;

  /** The other side keeps at most so much. */
  limit(bytesMax: number): void {
    const bounded = Math.min(bytesMax, tableBytesDefault);
    if (bounded === this.#bytesMax) return;
    this.#bytesMax = bounded;
    this.#isResized = true;
  }

  /** The block of these headers; good until the next one is made. */
  encode(fields: readonly Field[]): Buffer {
    this.#at = 0;
    if (this.#isResized) this.#resize();
    for (const field of fields) this.#write(field);
    return this.#out.subarray(0, this.#at);
  }

  /** Forgets everything on both sides, and begins anew with the new size. */
  #resize(): void {
    this.#isResized = false;
    this.#known = new Map();
    this.#knownNames = new Map();
    this.#added = 0;
    this.#bytesLeft = this.#bytesMax;
    this.#room(2 * integerBytesMax);
    this.#integer(0x20, 5, 0);
    this.#integer(0x20, 5, this.#bytesMax);
  }

  #write(field: Field): void {
    const { name, value, varies } = field;
    this.#room(name.length + value.length + 3 * integerBytesMax);
    const number = varies ? 0 : this.#numberOf(field);
    if (number > 0) {
      this.#integer(0x80, 7, number);
      return;
    }
    const nameNumber = this.#nameNumber(name);
    const isWorthIt = !varies || nameNumber === 0;
    const isAdded = isWorthIt && entryBytes(name, value) <= this.#bytesLeft;
    if (isAdded) this.#integer(0x40, 6, nameNumber);
    else this.#integer(0, 4, nameNumber);
    if (nameNumber === 0) this.#text(name);
    this.#text(value);
    if (isAdded) this.#remember(field);
  }

  #remember(field: Field): void {
    this.#bytesLeft -= entryBytes(field.name, field.value);
    this.#added++;
    if (!field.varies) this.#known.set(field, this.#added);
    this.#knownNames.set(field.name, this.#added);
  }

  /** The number by which the other side knows the whole header; 0 if it does not. */
  #numberOf(field: Field): number {
    if (field.staticNumber > 0) return field.staticNumber;
    const added = this.#known.get(field);
    return added === undefined ? 0 : this.#dynamicNumber(added);
  }

  #nameNumber(name: string): number {
    const added = this.#knownNames.get(name);
    if (added !== undefined) return this.#dynamicNumber(added);
    return staticNames.get(name) ?? 0;
  }

  /** Entries are numbered from the newest, behind those that everybody knows. */
  #dynamicNumber(added: number): number {
    return staticEntries.length + 1 + this.#added - added;
  }

  #integer(pattern: number, prefixBits: number, value: number): void {
    const most = 2 ** prefixBits - 1;
    if (value < most) {
      this.#out[this.#at++] = pattern | value;
      return;
    }
    this.#out[this.#at++] = pattern | most;
    let rest = value - most;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80))
      this.#out[this.#at++] = (rest & 0x7f) | 0x80;
    this.#out[this.#at++] = rest;
  }

  #text(text: string): void {
    this.#integer(0, 7, text.length);
    this.#at += this.#out.write(text, this.#at, "latin1");
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#out.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.#at + bytes));
    larger.set(this.#out.subarray(0, this.#at));
    this.#out = larger;
  }
}
