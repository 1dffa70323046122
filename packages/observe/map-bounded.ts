/**
 * `work` on every item, at most `limit` at a time, results in the order of the items. When one fails, no further item
 * is begun, and the error is thrown once those under way have ended: nothing runs on behind the caller's back.
 */
export async function mapBounded<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  const failures: unknown[] = []
  const queue = items.entries()
  async function drain(): Promise<void> {
    for (const [index, item] of queue) {
      try {
        results[index] = await work(item)
      } catch (error) {
        failures.push(error)
      }
      if (failures.length > 0) return
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, drain))
  if (failures.length > 0) throw failures[0]
  return results
}
