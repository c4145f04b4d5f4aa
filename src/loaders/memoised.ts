/** `parse`, run once for each text while the returned function lives: quantities of a fleet repeat. */
export function memoised<Value>(parse: (text: string) => Value): (text: string) => Value {
  const known = new Map<string, Value>();
  return (text) => {
    let value = known.get(text);
    if (value === undefined) known.set(text, (value = parse(text)));
    return value;
  };
}
