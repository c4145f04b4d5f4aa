/** What Go's encoding/json escapes in a string, HTML's characters with it (encode.go, htmlSafeSet). */
const escaped: ReadonlySet<number> = new Set(Buffer.from('"\\<>&'));

/** By byte: 1 where it stands in a string as it is. */
export const isPlain = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x20 && byte < 0x80 && !escaped.has(byte) ? 1 : 0,
);

/** By byte: what follows the backslash; 0 where it is u00 and two digits. */
export const escapeOf = new Uint8Array(128);
for (const [at, byte] of Buffer.from('"\\\b\f\n\r\t').entries()) escapeOf[byte] = '"\\bfnrt'.charCodeAt(at);

export const hexDigits: Uint8Array = Buffer.from("0123456789abcdef");

/** How many bytes a character of UTF-8 has that begins with one of 0x80 or more; 0 where it is none (Unicode 15, table 3-7). */
export function runeLength(bytes: Uint8Array, from: number, to: number): 0 | 2 | 3 | 4 {
  const first = bytes[from]!;
  const length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || from + length > to) return 0;
  const second = bytes[from + 1]!;
  const least = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
  const most = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return 0;
  for (let at = from + 2; at < from + length; at++) if ((bytes[at]! & 0xc0) !== 0x80) return 0;
  return length;
}
