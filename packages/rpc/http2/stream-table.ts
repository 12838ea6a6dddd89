import { assertProtocol, streamIdMax } from "./protocol.ts";
import type { Stream } from "./stream.ts";

/** The streams of a connection, which the client numbers. */
export class StreamTable {
  /** Whether no more streams are taken; those that come yet are nobody's. */
  isClosing = false;
  readonly #role: "client" | "server";
  readonly #streams = new Map<number, Stream>();
  #nextId = 1;
  #lastPeerId = 0;

  constructor(role: "client" | "server") {
    this.#role = role;
  }

  get size(): number {
    return this.#streams.size;
  }

  /** The last stream of the other side that was taken. */
  get lastPeerId(): number {
    return this.#lastPeerId;
  }

  /** Whether there are no more numbers for further streams. */
  get isUsedUp(): boolean {
    return this.#nextId > streamIdMax;
  }

  all(): readonly Stream[] {
    return [...this.#streams.values()];
  }

  takeId(): number {
    const id = this.#nextId;
    this.#nextId += 2;
    return id;
  }

  add(stream: Stream): void {
    this.#streams.set(stream.id, stream);
  }

  remove(stream: Stream): void {
    this.#streams.delete(stream.id);
  }

  /** Whether a client opens a stream by this number. */
  isNew(id: number): boolean {
    return this.#role === "server" && id > this.#lastPeerId;
  }

  /** Notes the number of a stream that the client has opened, whatever becomes of it. */
  note(id: number): void {
    assertProtocol(id % 2 === 1, "a stream that a client cannot open");
    if (!this.isClosing) this.#lastPeerId = id;
  }

  /** The stream; undefined if it is over. Throws for one that nobody has opened. */
  known(id: number): Stream | undefined {
    const stream = this.#streams.get(id);
    if (stream) return stream;
    const wasOpened = this.#role === "client" ? id < this.#nextId : id <= this.#lastPeerId;
    const isPlausible = id % 2 === 1 && (wasOpened || this.isClosing);
    assertProtocol(isPlausible, "a stream that is not there");
    return undefined;
  }
}
