import { badRequest } from "../status-error.ts";

/** Whether a set of labels is selected. */
export type LabelSelector = (labels: Readonly<Record<string, string>> | undefined) => boolean;

type Token = { readonly kind: "word" | "symbol"; readonly text: string };

const symbols = ["==", "!=", "=", "!", "(", ")", ",", ">", "<"];
const keyPattern = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const valuePattern = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text[at]!)) {
      at++;
      continue;
    }
    const symbol = symbols.find((candidate) => text.startsWith(candidate, at));
    if (symbol !== undefined) {
      tokens.push({ kind: "symbol", text: symbol });
      at += symbol.length;
      continue;
    }
    const word = /^[^\s=!(),<>]+/.exec(text.slice(at))![0];
    tokens.push({ kind: "word", text: word });
    at += word.length;
  }
  return tokens;
}

function refuse(found: Token | undefined, expected: string): never {
  throw badRequest(`unable to parse requirement: found '${found?.text ?? ""}', expected: ${expected}`);
}

class Parser {
  #at = 0;
  readonly #tokens: readonly Token[];

  constructor(text: string) {
    this.#tokens = tokenize(text);
  }

  parse(): LabelSelector[] {
    if (this.#tokens.length === 0) return [];
    const requirements = [this.#requirement()];
    while (this.#at < this.#tokens.length) {
      const token = this.#next();
      if (token?.text !== ",") refuse(token, "',' or 'end of string'");
      requirements.push(this.#requirement());
    }
    return requirements;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #next(): Token | undefined {
    return this.#tokens[this.#at++];
  }

  #key(): string {
    const token = this.#next();
    if (token?.kind !== "word") refuse(token, "identifier");
    if (!keyPattern.test(token.text)) {
      throw badRequest(`unable to parse requirement: <nil>: Invalid value: "${token.text}": not a qualified label key`);
    }
    return token.text;
  }

  #value(): string {
    const token = this.#peek();
    if (token === undefined || token.text === ",") return "";
    if (token.kind !== "word") refuse(token, "identifier");
    this.#at++;
    if (!valuePattern.test(token.text)) {
      throw badRequest(`unable to parse requirement: values[0][]: Invalid value: "${token.text}": not a label value`);
    }
    return token.text;
  }

  #set(): ReadonlySet<string> {
    const open = this.#next();
    if (open?.text !== "(") refuse(open, "'('");
    const values = new Set<string>();
    let expectsValue = true;
    for (;;) {
      const token = this.#next();
      if (token === undefined) refuse(token, "',', ')' or identifier");
      if (token.kind === "word" && expectsValue) {
        values.add(token.text);
        expectsValue = false;
      } else if (token.text === "," || token.text === ")") {
        if (expectsValue) values.add("");
        if (token.text === ")") return values;
        expectsValue = true;
      } else {
        refuse(token, "',', ')' or identifier");
      }
    }
  }

  #requirement(): LabelSelector {
    if (this.#peek()?.text === "!") {
      this.#at++;
      const key = this.#key();
      return (labels) => labels?.[key] === undefined;
    }
    const key = this.#key();
    const operator = this.#peek();
    if (operator === undefined || operator.text === ",") return (labels) => labels?.[key] !== undefined;
    this.#at++;
    switch (operator.text) {
      case "=":
      case "==": {
        const value = this.#value();
        return (labels) => labels?.[key] === value;
      }
      case "!=": {
        const value = this.#value();
        return (labels) => labels?.[key] !== value;
      }
      case "in": {
        const values = this.#set();
        return (labels) => labels?.[key] !== undefined && values.has(labels[key]!);
      }
      case "notin": {
        const values = this.#set();
        return (labels) => labels?.[key] === undefined || !values.has(labels[key]!);
      }
      case ">":
      case "<":
        return this.#comparison(key, operator.text);
      default:
        return refuse(operator, "in, notin, =, ==, !=, gt, lt");
    }
  }

  #comparison(key: string, operator: ">" | "<"): LabelSelector {
    const bound = this.#value();
    if (!/^-?\d+$/.test(bound)) {
      throw badRequest(
        `unable to parse requirement: values[0][${key}]: Invalid value: "${bound}": for 'Gt', 'Lt' operators, the value must be an integer`,
      );
    }
    return (labels) => {
      const value = labels?.[key];
      if (value === undefined || !/^-?\d+$/.test(value)) return false;
      return operator === ">" ? BigInt(value) > BigInt(bound) : BigInt(value) < BigInt(bound);
    };
  }
}

/** The grammar of `labelSelector`; undefined or "" selects everything. Throws 400 in the server's words. */
export function parseLabelSelector(text: string | undefined): LabelSelector | undefined {
  if (text === undefined || text.trim() === "") return undefined;
  const requirements = new Parser(text).parse();
  return (labels) => requirements.every((selects) => selects(labels));
}
