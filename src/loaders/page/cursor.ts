import { createHash } from "node:crypto";
import { ApiError } from "../../kube/api-error.ts";
import type { SortKey, SortValue } from "../order/compile-order.ts";

/** First element of a cursor: the format of the rest. */
const cursorFormat = 1;

export type SortType = "text" | "number" | "bigint";

/** A short name for what a list was asked for: equal for equal arguments, whatever the order of keys; unset and undefined are alike. */
export function hashArguments(args: unknown): string {
  // 66 bits: a foreign cursor that passes by chance is out of the question, and cursors stay short.
  return createHash("sha256").update(canonical(args)).digest("base64url").slice(0, 11);
}

function canonical(value: unknown): string {
  if (value instanceof Date) return JSON.stringify(value.toISOString());
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value === "bigint") return String(value);
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value)
    .filter(([, inner]) => inner !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(",")}}`;
}

/** The opaque text of a place in a list: stateless, good on any replica. */
export function formatCursor(hash: string, { values, id }: SortKey): string {
  const plain = values.map((value) => (typeof value === "bigint" ? value.toString() : value));
  return Buffer.from(JSON.stringify([cursorFormat, hash, ...plain, id])).toString("base64url");
}

/** The place a cursor names. Throws CURSOR_INVALID, saying why, where it is none of ours or of another list. */
export function parseCursor(text: string, argument: string, hash: string, types: readonly SortType[]): SortKey {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, "base64url").toString("utf8"));
  } catch {
    throw invalid(argument, "is not a cursor of a list");
  }
  if (!Array.isArray(parts) || parts.length < 3) throw invalid(argument, "is not a cursor of a list");
  const [format, foundHash, ...rest] = parts as unknown[];
  if (format !== cursorFormat) throw invalid(argument, "is a cursor of another format");
  if (foundHash !== hash) throw invalid(argument, "is a cursor of another list, where or orderBy");
  const id = rest.pop();
  const values = rest.map((value, index) => parseValue(value, types[index]));
  if (typeof id !== "string" || values.length !== types.length || values.includes(undefined)) {
    throw invalid(argument, "is a damaged cursor");
  }
  return { values: values as SortValue[], id };
}

function parseValue(value: unknown, type: SortType | undefined): SortValue | undefined {
  if (value === null) return null;
  if (type === "text") return typeof value === "string" ? value : undefined;
  if (type === "number") return typeof value === "number" ? value : undefined;
  return typeof value === "string" && /^-?\d{1,80}$/.test(value) ? BigInt(value) : undefined;
}

function invalid(argument: string, what: string): ApiError {
  return new ApiError("CURSOR_INVALID", `Argument ${argument} ${what}. Use an edge's cursor of the same list, where and orderBy, or start without it.`); // prettier-ignore
}
