/** Works on all items, so many at once, in their order. Stops at the first failure, or with the signal. */
export async function inParallel<Item>(
  items: readonly Item[],
  { atOnce, stop }: { readonly atOnce: number; readonly stop: AbortSignal },
  work: (item: Item, place: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  let hasFailed = false;
  const worker = async () => {
    while (next < items.length && !hasFailed) {
      stop.throwIfAborted();
      const place = next++;
      try {
        // There is one, as the loop has just looked.
        await work(items[place] as Item, place);
      } catch (error) {
        hasFailed = true;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
}
