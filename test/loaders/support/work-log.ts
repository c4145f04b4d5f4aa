/** What was called on the objects that `watched` gave, in order, with what was asked for: "access.gets {...}". */
export interface WorkLog {
  readonly calls: string[];
  /** The same object, which notes each call; what it returns is watched as well, and so are its objects. */
  watched<T extends object>(name: string, target: T): T;
}

/** Rows are what is found, not how. */
function isWatched(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(isWatched);
  if (value instanceof Promise || value instanceof Map || value instanceof Set || value instanceof AbortSignal) return false; // prettier-ignore
  return !("__typename" in value);
}

function shown(value: unknown): string {
  if (typeof value === "function" || value instanceof AbortSignal) return "-";
  return JSON.stringify(value) ?? "undefined";
}

export function createWorkLog(): WorkLog {
  const calls: string[] = [];
  const known = new WeakMap<object, object>();
  const watched = <T extends object>(name: string, target: T): T => {
    const before = known.get(target);
    if (before !== undefined) return before as T;
    const proxy = Array.isArray(target)
      ? (target.map((item: unknown) => (isWatched(item) ? watched(`${name}[]`, item) : item)) as unknown as T)
      : watch(name, target);
    known.set(target, proxy);
    known.set(proxy, proxy);
    return proxy;
  };
  const watch = <T extends object>(name: string, target: T): T =>
    new Proxy(target, {
      get(of, key) {
        // With the object itself as `this`: private fields are its own.
        const value: unknown = Reflect.get(of, key, of);
        const path = `${name}.${String(key)}`;
        if (typeof value === "function") {
          return (...given: readonly unknown[]) => {
            calls.push([path, ...given.map(shown)].join(" "));
            const result: unknown = Reflect.apply(value, of, given);
            return isWatched(result) ? watched(`${path}()`, result) : result;
          };
        }
        // Rows that are looked at are work, whatever becomes of them.
        if (key === "rows" || key === "partitions" || key === "size") calls.push(path);
        return isWatched(value) && !Object.isFrozen(of) ? watched(path, value) : value;
      },
    });
  return { calls, watched };
}
