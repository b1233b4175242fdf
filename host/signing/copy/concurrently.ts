import { setMaxListeners } from "node:events";

/**
 * Does the work for each item, at most `width` at a time, and returns the results in the items' order. The first
 * failure stops the others, and is thrown once they have ended.
 */
export async function concurrently<T, R>(
  items: readonly T[],
  width: number,
  signal: AbortSignal,
  work: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  const failed = new AbortController();
  const either = AbortSignal.any([signal, failed.signal]);
  // Every request of the work listens to this signal: no leak to warn of.
  setMaxListeners(0, either);
  const failures: unknown[] = [];
  let next = 0;
  const worker = async () => {
    while (next < items.length && !either.aborted) {
      const i = next++;
      try {
        results[i] = await work(items[i] as T, either);
      } catch (error) {
        failures.push(error);
        failed.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  if (failures.length > 0) throw failures[0];
  signal.throwIfAborted();
  return results;
}
