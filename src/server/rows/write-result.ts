import type { RenderedRows } from "./rendered-rows.ts";

/** Smaller pieces are joined with their neighbours: each piece is a write of its own, and has a price. */
const smallPiece = 16 * 1024;

/** The JSON of `value`, in which `lists` stand, and `end`: text, or bytes in pieces where a list was written as bytes. */
export function writeWithRows(value: unknown, lists: readonly RenderedRows[], end: string): string | readonly Buffer[] {
  for (let attempt = 0; ; attempt++) {
    const { text, used } = stringifyWithPlaces(value, lists, attempt);
    const parts = `${text}${end}`.split(new RegExp(`"\\\\u0000rows${attempt}:(\\d+)"`, "u"));
    // Somebody's text looks like a place of ours: other places are tried.
    if (parts.length === 2 * used.length + 1) return fill(parts, used);
  }
}

/** Places are strings no name or label can be; NUL is written as an escape, so they are found by their text. */
function stringifyWithPlaces(value: unknown, lists: readonly RenderedRows[], attempt: number) {
  const used: RenderedRows[] = [];
  for (const list of lists) {
    list.placeOf = () => `\u0000rows${attempt}:${used.push(list) - 1}`;
  }
  try {
    return { text: JSON.stringify(value), used };
  } finally {
    for (const list of lists) list.placeOf = undefined;
  }
}

/** `parts` is text, number of a list, text, number of a list, ..., text. */
function fill(parts: readonly string[], lists: readonly RenderedRows[]): string | readonly Buffer[] {
  if (lists.every(({ content }) => typeof content === "string")) {
    return parts
      .map((part, index) => (index % 2 === 0 ? part : `[${lists[Number(part)]!.content as string}]`))
      .join("");
  }
  const joiner = new PieceJoiner();
  for (const [index, part] of parts.entries()) {
    if (index % 2 === 0) {
      joiner.add(Buffer.from(`${index === 0 ? "" : "]"}${part}${index === parts.length - 1 ? "" : "["}`));
      continue;
    }
    const { content } = lists[Number(part)]!;
    if (typeof content === "string") joiner.add(Buffer.from(content));
    else for (const piece of content) joiner.add(piece);
  }
  return joiner.finish();
}

class PieceJoiner {
  readonly #pieces: Buffer[] = [];
  #small: Buffer[] = [];
  #length = 0;

  add(piece: Buffer): void {
    if (piece.length >= smallPiece) {
      this.finish();
      this.#pieces.push(piece);
      return;
    }
    this.#small.push(piece);
    this.#length += piece.length;
    if (this.#length >= smallPiece) this.finish();
  }

  finish(): readonly Buffer[] {
    const [first] = this.#small;
    if (first !== undefined) this.#pieces.push(this.#small.length === 1 ? first : Buffer.concat(this.#small));
    this.#small = [];
    this.#length = 0;
    return this.#pieces;
  }
}
