import { isCollection, isMap, isPair, isScalar, LineCounter, parseDocument } from "yaml";
import type { Document, Node } from "yaml";
import type { ConfigProblem } from "./config-error.ts";

/** Keys and indexes from the root down. */
export type ConfigPath = readonly (string | number)[];

/** A YAML text that remembers where everything stands. */
export interface YamlSource {
  /** The value; undefined where the text is no YAML, `null` where it is empty. */
  readonly value: unknown;
  /** What is wrong with the text itself: syntax, duplicate keys, aliases that explode. */
  readonly problems: readonly ConfigProblem[];
  /** Where the value at `path` stands, or the nearest thing above it that is there; `key`: where its key stands instead. */
  locate(path: ConfigPath, at?: "value" | "key"): Pick<ConfigProblem, "file" | "line" | "column">;
}

/** Never throws. YAML 1.2 (so `no` is a string), with merge keys; JSON is YAML too. */
export function parseYamlSource(text: string, file: string): YamlSource {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, merge: true, prettyErrors: false });
  const position = (offset: number): Pick<ConfigProblem, "file" | "line" | "column"> => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col) };
  };
  const problems: ConfigProblem[] = document.errors.map(({ code, message, pos }) => ({
    ...position(pos[0]),
    path: "",
    message: explainYamlError(code, message),
  }));
  let value: unknown;
  // A repeated key leaves a whole document, of which the rest can be checked; anything else leaves ruins.
  if (document.errors.every(({ code }) => code === "DUPLICATE_KEY")) {
    try {
      value = document.toJS();
    } catch (error) {
      // Undefined or exploding aliases.
      problems.push({ ...position(0), path: "", message: error instanceof Error ? error.message : "is no YAML" });
    }
  }
  return {
    value,
    problems,
    locate: (path, at = "value") => position(offsetOf(document, path, at)),
  };
}

function explainYamlError(code: string, message: string): string {
  if (code === "TAB_AS_INDENT") return "tabs cannot indent YAML: use spaces";
  if (code === "DUPLICATE_KEY") return "the key stands twice in one mapping";
  if (code === "MULTIPLE_DOCS") return "must be one document but got: several, separated by ---";
  return `is no valid YAML: ${message.replace(/ at line .*$/su, "")}`;
}

function offsetOf(document: Document.Parsed | Document, path: ConfigPath, at: "value" | "key"): number {
  let node: unknown = document.contents;
  let offset = rangeStart(node) ?? 0;
  for (const [depth, step] of path.entries()) {
    if (!isCollection(node)) return offset;
    const pair = isMap(node)
      ? node.items.find(({ key }) => (isScalar(key) ? String(key.value) : key) === String(step))
      : undefined;
    const item: unknown = isMap(node) ? pair : node.items[Number(step)];
    if (item === undefined) return offset;
    const isLast = depth === path.length - 1;
    if (isPair(item)) {
      const keyOffset = rangeStart(item.key) ?? offset;
      offset = isLast && at === "key" ? keyOffset : (rangeStart(item.value) ?? keyOffset);
      node = item.value;
    } else {
      offset = rangeStart(item) ?? offset;
      node = item;
    }
  }
  return offset;
}

function rangeStart(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}

/** "clusters[1].labels.a", "clusters[1].labels[\"a/b\"]". */
export function formatPath(path: ConfigPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === "number") return `${text}[${step}]`;
    if (!/^[A-Za-z_$][\w$-]*$/u.test(step)) return `${text}[${JSON.stringify(step)}]`;
    return text === "" ? step : `${text}.${step}`;
  }, "");
}
