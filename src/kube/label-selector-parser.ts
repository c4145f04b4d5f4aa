import { ApiError } from "./api-error.ts";
import { explainLabelKey, explainLabelValue, toInt64 } from "./label-rules.ts";
import type { LabelOperator, LabelRequirement, LabelSelector } from "./label-selector.ts";

interface Token {
  /** "word", "end", or the symbol itself. */
  readonly type: string;
  readonly text: string;
  /** Offset of its first character. */
  readonly at: number;
}

const tokenForm = /\s*(?:(==|!=|[=!<>(),])|([^\s=!<>(),]+)|$)/y;

/** Symbols that compare with one value. */
const comparisons: ReadonlyMap<string, LabelOperator> = new Map([
  ["=", "In"],
  ["==", "In"],
  ["!=", "NotIn"],
  [">", "Gt"],
  ["<", "Lt"],
]);

const lists: ReadonlyMap<string, LabelOperator> = new Map([
  ["in", "In"],
  ["notin", "NotIn"],
]);

/** Reads one selector; see parseLabelSelector. */
export class LabelSelectorParser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  parse(): LabelSelector {
    const requirements: LabelRequirement[] = [];
    if (this.#peek().type === "end") return requirements;
    for (;;) {
      requirements.push(this.#requirement());
      const token = this.#take();
      if (token.type === "end") return requirements;
      if (token.type !== ",") throw this.#error(token, 'expected "," or the end');
      if (this.#peek().type === "end") throw this.#error(this.#peek(), 'expected another term after ","');
    }
  }

  #requirement(): LabelRequirement {
    const negated = this.#peek().type === "!";
    if (negated) this.#take();
    const key = this.#key(negated ? 'expected a label key after "!"' : 'expected a label key or "!"');
    if (negated) return { key, operator: "DoesNotExist", values: [] };
    const token = this.#peek();
    if (token.type === "," || token.type === "end") return { key, operator: "Exists", values: [] };
    this.#take();
    const comparison = comparisons.get(token.type);
    if (comparison !== undefined) return { key, operator: comparison, values: [this.#value(comparison)] };
    const list = token.type === "word" ? lists.get(token.text) : undefined;
    if (list === undefined) throw this.#error(token, "expected =, ==, !=, in, notin, < or >");
    return { key, operator: list, values: this.#values() };
  }

  #key(expected: string): string {
    const token = this.#take();
    if (token.type !== "word") throw this.#error(token, expected);
    const rule = explainLabelKey(token.text);
    if (rule !== undefined) throw this.#error(token, `a label key ${rule}`);
    return token.text;
  }

  #value(operator: LabelOperator): string {
    const token = this.#peek();
    const isEmpty = token.type === "," || token.type === "end";
    if (!isEmpty && token.type !== "word") throw this.#error(token, "expected a label value");
    if (operator === "Gt" || operator === "Lt") {
      if (isEmpty || toInt64(token.text) === undefined)
        throw this.#error(token, "< and > compare with a whole number of 64 bits");
    }
    if (isEmpty) return "";
    this.#take();
    return this.#checkValue(token);
  }

  /** A missing value is the empty one: "()", "(,a)", "(a,)". */
  #values(): readonly string[] {
    const open = this.#take();
    if (open.type !== "(") throw this.#error(open, 'expected "(" after in and notin');
    const values = new Set<string>();
    for (;;) {
      values.add(this.#peek().type === "word" ? this.#checkValue(this.#take()) : "");
      const token = this.#take();
      if (token.type === ")") return [...values];
      if (token.type !== ",") throw this.#error(token, 'expected "," or ")"');
    }
  }

  #checkValue(token: Token): string {
    const rule = explainLabelValue(token.text);
    if (rule !== undefined) throw this.#error(token, `a label value ${rule}`);
    return token.text;
  }

  #peek(): Token {
    return this.#tokens[this.#next]!;
  }

  /** The end can be taken any number of times. */
  #take(): Token {
    const token = this.#peek();
    if (token.type !== "end") this.#next += 1;
    return token;
  }

  #error(token: Token, rule: string): ApiError {
    const found = token.type === "end" ? "the end" : JSON.stringify(shorten(token.text));
    const message = `label selector ${JSON.stringify(shorten(this.#text))}: found ${found} at character ${token.at + 1}: ${rule}`;
    return new ApiError("BAD_USER_INPUT", message);
  }
}

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  tokenForm.lastIndex = 0;
  while (tokenForm.lastIndex < text.length) {
    const match = tokenForm.exec(text)!;
    const [whole, symbol, word] = match;
    const found = symbol ?? word;
    if (found === undefined) break;
    tokens.push({ type: symbol ?? "word", text: found, at: match.index + whole.length - found.length });
  }
  tokens.push({ type: "end", text: "", at: text.length });
  return tokens;
}

/** Messages stay short whatever came. */
function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
