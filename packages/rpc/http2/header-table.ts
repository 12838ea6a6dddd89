/** An entry of the tables that both sides keep, so that a header that was sent before is sent as a number. */
export interface Entry {
  readonly name: string;
  readonly value: string;
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
  ...withValues.flatMap(([name, ...values]) => values.map((value) => ({ name, value }))),
  ...namesAlone.split(" ").map((name) => ({ name, value: "" })),
];

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
  #entries: Entry[] = [];
  #first = 0;
  #bytes = 0;
  #bytesMax = tableBytesDefault;

  /** The entry by its age, 0 for the newest. */
  at(age: number): Entry | undefined {
    const index = this.#entries.length - 1 - age;
    return index < this.#first ? undefined : this.#entries[index];
  }

  add(entry: Entry): void {
    this.#bytes += entryBytes(entry.name, entry.value);
    this.#entries.push(entry);
    this.#evict();
  }

  resize(bytesMax: number): void {
    this.#bytesMax = bytesMax;
    this.#evict();
  }

  #evict(): void {
    while (this.#bytes > this.#bytesMax) {
      const oldest = this.#entries[this.#first++];
      if (!oldest) throw new Error("an empty table has a size");
      this.#bytes -= entryBytes(oldest.name, oldest.value);
    }
    if (this.#first < 128) return;
    this.#entries = this.#entries.slice(this.#first);
    this.#first = 0;
  }
}
