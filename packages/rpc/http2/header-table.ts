/** An entry of the tables that both sides keep, so that a header that was sent before is sent as a number. */
export interface Entry {
  readonly name: string;
  readonly value: string;
  /** Found out once, since an entry may be sent again and again by one byte. */
  readonly kind: NameKind;
}

/** What HTTP/2 makes of a header's name. */
export type NameKind = "pseudo" | "regular" | "illegal";

const colon = 0x3a;

/** HTTP/1.1's own, which HTTP/2 forbids. */
const ofConnection = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

/** Looks at each character, so ask once a name. */
export function kindOf(name: string): NameKind {
  if (name.charCodeAt(0) === colon) return "pseudo";
  const isLegal = /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name) && !ofConnection.has(name);
  return isLegal ? "regular" : "illegal";
}

/** What an entry counts for beside its characters. */
const entryOverheadBytes = 32;

/** Both sides begin with a table of this size. */
export const tableBytesDefault = 4_096;

export function entryBytes(name: string, value: string): number {
  return name.length + value.length + entryOverheadBytes;
}

// RFC 7541, appendix A: first those with values, by name; then names alone.
const withValues: readonly (readonly [string, ...string[]])[] = [
  [":authority", ""],
  [":method", "GET", "POST"],
  [":path", "/", "/index.html"],
  [":scheme", "http", "https"],
  [":status", "200", "204", "206", "304", "400", "404", "500"],
  ["accept-charset", ""],
  ["accept-encoding", "gzip, deflate"],
];
const namesAlone =
  "accept-language accept-ranges accept access-control-allow-origin age allow authorization " +
  "cache-control content-disposition content-encoding content-language content-length " +
  "content-location content-range content-type cookie date etag expect expires from host " +
  "if-match if-modified-since if-none-match if-range if-unmodified-since last-modified link " +
  "location max-forwards proxy-authenticate proxy-authorization range referer refresh " +
  "retry-after server set-cookie strict-transport-security transfer-encoding user-agent vary " +
  "via www-authenticate";

/** The entries that everybody knows, from number 1. */
export const staticEntries: readonly Entry[] = [
  ...withValues.flatMap(([name, ...values]) => values.map((value) => entryOf(name, value))),
  ...namesAlone.split(" ").map((name) => entryOf(name, "")),
];

function entryOf(name: string, value: string): Entry {
  return { name, value, kind: kindOf(name) };
}

const staticNumbers = new Map<string, number>();
for (const [index, { name, value }] of staticEntries.entries())
  if (value !== "") staticNumbers.set(`${name} ${value}`, index + 1);

/** The number of a header that everybody knows; 0 for others. */
export function staticNumber(name: string, value: string): number {
  return staticNumbers.get(`${name} ${value}`) ?? 0;
}

/** The entries that a connection has added: the newest first, the oldest leave when there is no room. */
export class DynamicTable {
  // Oldest first, from `#first` on.
  #entries: (Entry | undefined)[] = [];
  #first = 0;
  #bytes = 0;
  #bytesMax = tableBytesDefault;

  /** The entry by its age, 0 for the newest. */
  at(age: number): Entry | undefined {
    const index = this.#entries.length - 1 - age;
    return index < this.#first ? undefined : this.#entries[index];
  }

  add(entry: Entry): void {
    const bytes = entryBytes(entry.name, entry.value);
    if (bytes > this.#bytesMax) {
      this.#evictTo(0);
      return;
    }
    this.#evictTo(this.#bytesMax - bytes);
    this.#bytes += bytes;
    this.#entries.push(entry);
  }

  resize(bytesMax: number): void {
    this.#bytesMax = bytesMax;
    this.#evictTo(bytesMax);
  }

  #evictTo(bytesMax: number): void {
    while (this.#bytes > bytesMax) {
      const oldest = this.#entries[this.#first];
      if (!oldest) throw new Error("an empty table has a size");
      this.#bytes -= entryBytes(oldest.name, oldest.value);
      this.#entries[this.#first++] = undefined;
    }
    if (this.#first < 128) return;
    this.#entries = this.#entries.slice(this.#first);
    this.#first = 0;
  }
}
