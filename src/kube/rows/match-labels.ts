import { isRecord } from "../read-json.ts";

/** The equality terms of a selector on the wire; terms that are no text are left out. */
export function toMatchLabels(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isRecord(value)) return undefined;
  const entries = Object.entries(value);
  if (entries.every(([, term]) => typeof term === "string")) return value as Readonly<Record<string, string>>;
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => typeof entry[1] === "string"));
}
