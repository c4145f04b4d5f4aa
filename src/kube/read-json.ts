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
  if (typeof value !== "string") return null;
  return isPlainTime(value) || (rfc3339.test(value) && !Number.isNaN(Date.parse(value))) ? value : null;
}

/** Whether it is a time as servers write it, "2026-11-21T08:15:30Z", on a day that every month has. Told without parsing, since every object holds some. */
function isPlainTime(text: string): boolean {
  return (
    text.length === 20 &&
    text[4] === "-" &&
    text[7] === "-" &&
    text[10] === "T" &&
    text[13] === ":" &&
    text[16] === ":" &&
    text[19] === "Z" &&
    twoDigits(text, 0) < 100 &&
    twoDigits(text, 2) < 100 &&
    inRange(twoDigits(text, 5), 1, 12) &&
    inRange(twoDigits(text, 8), 1, 28) &&
    twoDigits(text, 11) < 24 &&
    twoDigits(text, 14) < 60 &&
    twoDigits(text, 17) < 60
  );
}

function inRange(value: number, least: number, most: number): boolean {
  return value >= least && value <= most;
}

/** 100 where that are none. */
function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - 48;
  const ones = text.charCodeAt(at + 1) - 48;
  return inRange(tens, 0, 9) && inRange(ones, 0, 9) ? tens * 10 + ones : 100;
}
