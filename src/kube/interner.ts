import type { StringMap } from "./rows/row.ts";

/** Shares what repeats over the objects of a fleet: one string, one label map, however many rows name it. */
export interface Interner {
  /** The same text, shared. */
  text<Text extends string | null>(value: Text): Text;
  /** The same entries, ordered by key, frozen, without a prototype (so that `map["constructor"]` is undefined), shared. */
  map(value: Readonly<Record<string, string>> | undefined): StringMap;
  /**
   * An equal value made before, or this one. `value` is JSON that nobody changes any more; equal values come with the same `hint`, others mostly with another.
   * `areEqual`: for values that often come, whoever knows their fields compares them some times as fast.
   */
  shared<Value extends object>(value: Value, hint: string, areEqual?: (one: Value, other: Value) => boolean): Value;
  /** What `make` gave for this key before, or gives now: for what costs more to make than its key. Keys of different makers must not meet. */
  made<Value extends object>(key: string, make: () => Value): Value;
  /**
   * A text that stands for a value that nobody changes any more, for keys of `made`: no other value has it, equal ones mostly have the same, and none passes for JSON. `toKey` gives a text that
   * only equal values have, and no other text that is put into the same place of a key; it is not asked again for the same object.
   */
  token(value: object, toKey: (value: object) => string): string;
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
  token: (value, toKey) => toKey(value),
};

/** Of values with the same hint so many are remembered: to compare a few costs less than to write each as a text to look up. */
const maxAlike = 16;

/**
 * Shares through tables that its owner holds. A table that reaches `maximum` entries is begun anew, so that names that come and go (each
 * pod has its own) cannot fill the memory: what was shared stays shared, only later equals are new.
 */
export function createInterner(maximum = 50_000): Interner {
  let texts = new Map<string, string>();
  let maps = new Map<string, StringMap>();
  let values = new Map<string, object>();
  let alike = new Map<string, object[]>();
  let tokens = new Map<string, string>();
  let tokenCount = 0;
  const tokenOf = new WeakMap<object, string>();
  let latest: { readonly value: Readonly<Record<string, string>>; readonly map: StringMap } | undefined;
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
      // Neighbours in a list mostly come from one workload.
      if (latest !== undefined && isSame(latest.value, value)) return latest.map;
      // JSON keeps the order of keys, which the API server sorts: equal maps have equal text, others merely share less.
      const text = JSON.stringify(value);
      let map = maps.get(text);
      if (map === undefined) {
        if (maps.size >= maximum) maps = new Map();
        map = plainInterner.map(value);
        maps.set(text, map);
      }
      latest = { value, map };
      return map;
    },
    shared<Value extends object>(value: Value, hint: string, areEqual?: (one: Value, other: Value) => boolean): Value {
      const known = alike.get(hint);
      if (known === undefined) {
        if (alike.size >= maximum) alike = new Map();
        alike.set(hint, [value]);
        return value;
      }
      for (const one of known as Value[])
        if (areEqual === undefined ? isSame(one, value) : areEqual(one, value)) return one;
      if (known.length >= maxAlike) known.shift();
      known.push(value);
      return value;
    },
    made<Value extends object>(key: string, make: () => Value): Value {
      const known = values.get(key);
      if (known !== undefined) return known as Value;
      if (values.size >= maximum) values = new Map();
      const value = make();
      values.set(key, value);
      return value;
    },
    token(value, toKey) {
      let token = tokenOf.get(value);
      if (token !== undefined) return token;
      const key = toKey(value);
      token = tokens.get(key);
      if (token === undefined) {
        if (tokens.size >= maximum) tokens = new Map();
        // Never one that stood for another value.
        token = `#${++tokenCount}`;
        tokens.set(key, token);
      }
      tokenOf.set(value, token);
      return token;
    },
  };
}

/** Whether two values are the same JSON. */
function isSame(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== "object" || typeof other !== "object" || one === null || other === null) return false;
  if (Array.isArray(one) || Array.isArray(other)) return areSame(one, other);
  const [left, right] = [one as Readonly<Record<string, unknown>>, other as Readonly<Record<string, unknown>>];
  // Walked, not listed: JSON has no keys but its own, and this is done for each change.
  let more = 0;
  for (const key in left) {
    if (!Object.hasOwn(right, key) || !isSame(left[key], right[key])) return false;
    more--;
  }
  for (const _key in right) more++;
  return more === 0;
}

function areSame(one: unknown, other: unknown): boolean {
  if (!Array.isArray(one) || !Array.isArray(other) || one.length !== other.length) return false;
  for (let index = 0; index < one.length; index++) if (!isSame(one[index], other[index])) return false;
  return true;
}
