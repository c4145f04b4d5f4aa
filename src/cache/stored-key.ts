/*
 * Keys of the records of a snapshot: "namespace/name" or "name" for one row, and these, since no name of an object holds a NUL.
 */
const rowsPrefix = "\0rows/";
const bodiesPrefix = "\0bodies/";
const ownPrefix = "\0";

/** Keys of the two records of a block. */
export function toBlockKeys(index: number): { readonly rows: string; readonly bodies: string } {
  return { rows: `${rowsPrefix}${index}`, bodies: `${bodiesPrefix}${index}` };
}

/** The key of a block's bodies where this is that of its rows. */
export function toBodiesKey(key: string): string | undefined {
  return key.startsWith(rowsPrefix) ? `${bodiesPrefix}${key.slice(rowsPrefix.length)}` : undefined;
}

/** Whether a record is of one row, or of one that is gone. */
export function isRowKey(key: string): boolean {
  return !key.startsWith(ownPrefix);
}

/** What lies in the place of a row that is gone since its block was written. */
export const goneText = "";
