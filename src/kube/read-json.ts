/**
 * Reading JSON that somebody else wrote: a value of the wrong type is as good as absent, so that one odd field never costs the whole object.
 */
export type JsonRecord = Readonly<Record<string, unknown>>;

const nothing: JsonRecord = Object.freeze({});
const none: readonly never[] = Object.freeze([]);

export function isRecord(value: unknown): value is JsonRecord {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object, or an empty one. */
export function toRecord(value: unknown): JsonRecord {
  return isRecord(value) ? value : nothing;
}

/** The objects of a list; what is no object is left out. */
export function toRecords(value: unknown): readonly JsonRecord[] {
  if (!Array.isArray(value)) return none;
  return value.every(isRecord) ? (value as readonly JsonRecord[]) : value.filter(isRecord);
}

/** The text; null where there is none or it is empty, which is Go's way to write absent. */
export function toText(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}

/** The texts of a list. */
export function toTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : none;
}

/** The whole number; null where it is none, or beyond GraphQL's Int of 32 bits. */
export function toInt(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && Math.abs(value) <= 0x7fff_ffff ? value : null;
}

/** The whole number, 0 where it is absent: how Go writes a counter. */
export function toCount(value: unknown): number {
  return toInt(value) ?? 0;
}

const rfc3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/;

/** The RFC 3339 time as it was written; null where it is none. */
export function toTime(value: unknown): string | null {
  return typeof value === "string" && rfc3339.test(value) && !Number.isNaN(Date.parse(value)) ? value : null;
}
