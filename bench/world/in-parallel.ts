/** Does `work` for each item, at most `width` at once; rejects with the first failure once no other is in flight. */
export async function inParallel<T>(
  items: Iterable<T>,
  width: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const source = items[Symbol.iterator]();
  let failure: { readonly error: unknown } | undefined;
  const runner = async (): Promise<void> => {
    for (let next = source.next(); next.done !== true && failure === undefined; next = source.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: width }, runner));
  if (failure !== undefined) throw failure.error;
}
