/** The `data` of an answer, written whole. */
export class RenderedData {
  /** Its JSON. */
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toJSON(): unknown {
    return JSON.parse(this.text) as unknown;
  }
}
