/** A written list in the place of the list: the value of a leaf of the twin schema. */
export class RenderedRows {
  /** Everything between the brackets: text, or bytes in pieces. */
  readonly content: string | readonly Buffer[];
  /** What stands for it in JSON while the rest of an answer is written; unset = its items themselves. */
  placeOf: (() => string) | undefined;

  constructor(content: string | readonly Buffer[]) {
    this.content = content;
  }

  toJSON(): unknown {
    if (this.placeOf !== undefined) return this.placeOf();
    const text = typeof this.content === "string" ? this.content : Buffer.concat(this.content).toString();
    return JSON.parse(`[${text}]`) as unknown;
  }
}
