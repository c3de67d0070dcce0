/** Workers that ask registries cost memory: so many at once. */
const atOnce = 2;

/** Maps one after the other, two at once; results are in the order of the items. */
export async function inTurns<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Map<number, R>();
  const left = items.entries();
  async function take(): Promise<void> {
    for (const [at, item] of left) results.set(at, await work(item));
  }
  await Promise.all(Array.from({ length: atOnce }, take));
  return items.flatMap((_, at) => {
    const result = results.get(at);
    return result === undefined ? [] : [result];
  });
}
