import type { StringMap } from "./rows/row.ts";

/** Shares what repeats over the objects of a fleet: one string, one label map, however many rows name it. */
export interface Interner {
  /** The same text, shared. */
  text<Text extends string | null>(value: Text): Text;
  /** The same entries, ordered by key, frozen, without a prototype (so that `map["constructor"]` is undefined), shared. */
  map(value: Readonly<Record<string, string>> | undefined): StringMap;
  /** An equal value made before, or this one. `value` is JSON that nobody changes any more. */
  shared<Value extends object>(value: Value): Value;
  /** What `make` gave for this key before, or gives now: for what costs more to make than its key. Keys of different makers must not meet, nor begin with a bracket. */
  made<Value extends object>(key: string, make: () => Value): Value;
}

/** An ordered, frozen map without a prototype. */
export function toStringMap(entries: readonly (readonly [string, string])[]): StringMap {
  const map = Object.create(null) as Record<string, string>;
  for (const [key, value] of entries.toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))) map[key] = value;
  return Object.freeze(map);
}

const emptyMap: StringMap = toStringMap([]);

/** Shares nothing; for single objects. */
export const plainInterner: Interner = {
  text: (value) => value,
  map: (value) => (value === undefined ? emptyMap : toStringMap(Object.entries(value))),
  shared: (value) => value,
  made: (_key, make) => make(),
};

/**
 * Shares through tables that its owner holds. A table that reaches `maximum` entries is begun anew, so that names that come and go (each
 * pod has its own) cannot fill the memory: what was shared stays shared, only later equals are new.
 */
export function createInterner(maximum = 50_000): Interner {
  let texts = new Map<string, string>();
  let maps = new Map<string, StringMap>();
  let values = new Map<string, object>();
  const made = <Value extends object>(key: string, make: () => Value): Value => {
    const known = values.get(key);
    if (known !== undefined) return known as Value;
    if (values.size >= maximum) values = new Map();
    const value = make();
    values.set(key, value);
    return value;
  };
  return {
    text(value) {
      if (value === null) return value;
      const known = texts.get(value);
      if (known !== undefined) return known as typeof value;
      if (texts.size >= maximum) texts = new Map();
      texts.set(value, value);
      return value;
    },
    map(value) {
      if (value === undefined) return emptyMap;
      // JSON keeps the order of keys, which the API server sorts: equal maps have equal text, others merely share less.
      const text = JSON.stringify(value);
      const known = maps.get(text);
      if (known !== undefined) return known;
      if (maps.size >= maximum) maps = new Map();
      const map = plainInterner.map(value);
      maps.set(text, map);
      return map;
    },
    // No key of a maker begins as JSON of an object or a list does.
    shared: (value) => made(JSON.stringify(value), () => value),
    made,
  };
}
