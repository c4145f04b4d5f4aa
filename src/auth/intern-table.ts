/** One value for each key. A full table is begun anew: what was shared stays shared, only later equals are new. */
export type InternTable<Value> = (key: string, create: () => Value) => Value;

export function createInternTable<Value>(maximum: number): InternTable<Value> {
  const values = new Map<string, Value>();
  return (key, create) => {
    const known = values.get(key);
    if (known !== undefined) return known;
    if (values.size >= maximum) values.clear();
    const value = create();
    values.set(key, value);
    return value;
  };
}
