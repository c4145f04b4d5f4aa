import { createHash } from "node:crypto";

/** File systems take 255 bytes; room is left for the endings that go behind. */
const maxLength = 180;

/**
 * A file name for any text, another one for another text, also where the file system ignores case: lower-case letters, digits, "-" and inner
 * dots stay, everything else is "%" and its bytes; a text too long becomes its hash. Never "", ".", ".." or with a separator.
 */
export function toSafeName(text: string): string {
  const name = [...Buffer.from(text)]
    .map((byte, index) => {
      const character = String.fromCharCode(byte);
      const stays = /[a-z0-9-]/u.test(character) || (character === "." && index > 0);
      return stays ? character : `%${byte.toString(16).padStart(2, "0")}`;
    })
    .join("");
  if (name === "") return "%";
  return name.length <= maxLength ? name : `%%${createHash("sha256").update(text).digest("hex")}`;
}
