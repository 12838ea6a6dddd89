/** Things that were opened, closed in the opposite order; every one is tried, whatever the others do. */
export class Closing {
  readonly #closers: (() => unknown)[] = [];

  /** Remembers how to close something, and returns nothing lost: the thing itself. */
  opened<T extends { close(): unknown }>(thing: T): T {
    this.#closers.push(() => thing.close());
    return thing;
  }

  /** Closes everything. Throws the first failure once all have been tried. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (let closer = this.#closers.pop(); closer; closer = this.#closers.pop()) {
      try {
        await closer();
      } catch (failure) {
        failures.push(failure);
      }
    }
    if (failures.length > 0) throw failures[0];
  }
}
