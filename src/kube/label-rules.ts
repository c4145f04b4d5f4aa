/** One to 63 letters, digits, "-", "_", ".", that begin and end with a letter or digit. */
const namePart = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const subdomain = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

/** Why `key` is no label key, in words that follow "a label key "; undefined where it is one. */
export function explainLabelKey(key: string): string | undefined {
  const parts = key.split("/");
  if (parts.length > 2) return 'has at most one "/"';
  const name = parts.at(-1)!;
  const prefix = parts.length === 2 ? parts[0]! : undefined;
  if (prefix !== undefined && (prefix.length > 253 || !subdomain.test(prefix))) {
    return 'has a DNS name of at most 253 lower-case characters before its "/"';
  }
  if (!namePart.test(name)) {
    return 'has a name of 1 to 63 letters, digits, "-", "_" and ".", which begins and ends with a letter or digit';
  }
  return undefined;
}

/** Why `value` is no label value, in words that follow "a label value "; undefined where it is one. It may be empty. */
export function explainLabelValue(value: string): string | undefined {
  if (value === "" || namePart.test(value)) return undefined;
  return 'has at most 63 letters, digits, "-", "_" and ".", and begins and ends with a letter or digit';
}

/** As Go's strconv.ParseInt(text, 10, 64). */
export function toInt64(text: string | undefined): bigint | undefined {
  if (text === undefined || !/^[+-]?\d{1,30}$/.test(text)) return undefined;
  const number = BigInt(text.replace(/^\+/, ""));
  return number === BigInt.asIntN(64, number) ? number : undefined;
}
