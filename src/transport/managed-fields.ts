/** A range of bytes to leave out, with the comma that goes with it. */
export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

const objectStart = Buffer.from('{"metadata":{');
const key = Buffer.from('"managedFields":[');
const [quote, backslash, comma, openBrace, closeBrace, openBracket, closeBracket] = [
  0x22, 0x5c, 0x2c, 0x7b, 0x7d, 0x5b, 0x5d,
];

/** Behind the bracket that closes the array whose content begins at `from`; undefined where it is not closed before `to`. */
export type FindEnd = (bytes: Buffer, from: number, to: number) => number | undefined;

/**
 * The next bracket, which in managedFields is nearly always the last: their keys are strings, and none holds another array. Where it is not, the object
 * without that range is no JSON - it lacks an opening bracket, or one quote of two -, so that who parses it learns of it, and asks endOfNested then.
 */
export const nextBracket: FindEnd = (bytes, from, to) => {
  const at = bytes.indexOf(closeBracket, from);
  return at < 0 || at >= to ? undefined : at + 1;
};

/**
 * Where in the JSON of an object, which begins with its metadata, metadata.managedFields stand: nearly half of a pod's bytes, which need not be parsed to be
 * forgotten. Neither a key of that name elsewhere nor what somebody wrote into a string is taken for it, as far as `findEnd` finds the end.
 * undefined where there is none, or the object does not have that form.
 */
export function findManagedFields(bytes: Buffer, from: number, to: number, findEnd: FindEnd): ByteRange | undefined {
  if (bytes.compare(objectStart, 0, objectStart.length, from, Math.min(to, from + objectStart.length)) !== 0)
    return undefined;
  return findManagedFieldsWithin(bytes, from + objectStart.length, to, findEnd);
}

/** The same, where `inside` is known to be right behind the brace that opens an object's metadata. */
export function findManagedFieldsWithin(
  bytes: Buffer,
  inside: number,
  to: number,
  findEnd: FindEnd,
): ByteRange | undefined {
  const at = bytes.indexOf(key, inside);
  if (at < 0 || at >= to || !isAtTop(bytes, inside, at)) return undefined;
  const end = findEnd(bytes, at + key.length, to);
  if (end === undefined) return undefined;
  if (bytes[at - 1] === comma) return { from: at - 1, to: end };
  return { from: at, to: bytes[end] === comma ? end + 1 : end };
}

/** Whether nothing that was opened between the two is still open, and nothing else was closed. */
function isAtTop(bytes: Buffer, from: number, to: number): boolean {
  let depth = 0;
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    if (byte === quote) at = endOfString(bytes, at, to);
    else if (byte === openBrace || byte === openBracket) depth++;
    else if ((byte === closeBrace || byte === closeBracket) && --depth < 0) return false;
  }
  return depth === 0;
}

/** Behind the bracket that closes the array or object whose content begins at `from`; undefined where it is not closed before `to`. */
export function endOfNested(bytes: Buffer, from: number, to: number): number | undefined {
  let depth = 1;
  for (let at = from; at < to; at++) {
    const byte = bytes[at]!;
    if (byte === quote) at = endOfString(bytes, at, to);
    else if (byte === openBrace || byte === openBracket) depth++;
    else if ((byte === closeBrace || byte === closeBracket) && --depth === 0) return at + 1;
  }
  return undefined;
}

/** Where the closing quote of the string stands that opens at `from`. */
function endOfString(bytes: Buffer, from: number, to: number): number {
  let at = from + 1;
  while (at < to && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1;
  return at;
}
