/**
 * Does `work` on every item, at most `limit` at once, and hands each result to `emit` in the order of the items, as
 * soon as all before it are there.
 */
export async function inOrder<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
  emit: (result: Result, item: Item) => void,
): Promise<void> {
  const results = new Map<number, Result>();
  let started = 0;
  let emitted = 0;

  const worker = async () => {
    while (started < items.length) {
      const index = started++;
      results.set(index, await work(items[index] as Item));
      while (results.has(emitted)) {
        emit(results.get(emitted) as Result, items[emitted] as Item);
        results.delete(emitted++);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
}
