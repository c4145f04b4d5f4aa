import { isAscii } from "node:buffer";
import { endOfNested, findManagedFields, nextBracket } from "./managed-fields.ts";
import type { ByteRange } from "./managed-fields.ts";

/** A KubeListItem whose JSON is at hand. */
export interface JsonItem {
  readonly value: unknown;
  readonly json: string;
}

/** A list's bytes, cut at its items. */
export interface CutList {
  /** The list with no items. */
  readonly envelope: unknown;
  /** Parses as it is walked. Throws SyntaxError where what is left is no item. */
  readonly items: Iterable<JsonItem>;
}

/** What the items of a list do not say themselves. */
export interface ItemType {
  readonly apiVersion: string;
  readonly kind: string;
}

const listStart = Buffer.from('"items":[');
const itemStart = Buffer.from('{"metadata":{');
/** Between two items of a built-in kind: every one begins with its metadata. */
const between = Buffer.from('},{"metadata":{');
const [openBrace, comma, closeBrace, closeBracket, space] = [0x7b, 0x2c, 0x7d, 0x5d, 0x20];

/**
 * Cuts the JSON of a list into its items without reading it: by what stands between two items. That may also stand inside of one, but a JSON object has one
 * end only, so that JSON.parse tells; where it says no, brackets are counted instead. Items come with apiVersion and kind, which a list's lack, and without
 * metadata.managedFields.
 * undefined where the bytes do not have that form, as those of custom resources do not: their items say apiVersion first, and stand before the list's
 * metadata. Such a list is to be parsed as a whole.
 */
export function cutList(page: Buffer, type: ItemType): CutList | undefined {
  const start = page.indexOf(listStart) + listStart.length;
  if (start < listStart.length) return undefined;
  let end = page.length;
  while (end > 0 && page[end - 1]! <= space) end--;
  if (page[end - 1] !== closeBrace || page[end - 2] !== closeBracket) return undefined;
  end -= 2;
  if (end < start || (end > start && !beginsItem(page, start))) return undefined;
  let envelope: unknown;
  try {
    envelope = JSON.parse(`${page.toString("utf8", 0, start)}]}`);
  } catch {
    return undefined;
  }
  return { envelope, items: { [Symbol.iterator]: () => walk(page, { start, end }, new ItemReader(type)) } };
}

/** Where in the first bytes of a list its items begin, and the list without them; undefined where that cannot be told from these bytes. */
export function findItems(bytes: Buffer): { readonly start: number; readonly envelope: unknown } | undefined {
  const start = bytes.indexOf(listStart) + listStart.length;
  if (start < listStart.length || start + itemStart.length > bytes.length || !beginsItem(bytes, start))
    return undefined;
  try {
    return { start, envelope: JSON.parse(`${bytes.toString("utf8", 0, start)}]}`) };
  } catch {
    return undefined;
  }
}

/** Items that are whole in these bytes, more of which are to come; `from` moves on behind each that was given. Throws SyntaxError as the items of a CutList do. */
export function* walkPart(
  part: { readonly bytes: Buffer; from: number },
  reader: ItemReader,
): Generator<JsonItem, void, undefined> {
  const { bytes } = part;
  for (;;) {
    const { from } = part;
    const managed = findManagedFields(bytes, from, bytes.length, nextBracket);
    const found = bytes.indexOf(between, managed?.to ?? from);
    if (found < 0) return;
    let to = found + 1;
    let item = reader.read(bytes, from, to, managed);
    if (item === undefined) {
      const end = endOfNested(bytes, from + 1, bytes.length);
      // The rest is still to come, or the list ends here.
      if (end === undefined || end === bytes.length || bytes[end] === closeBracket) return;
      to = end;
      item = reader.read(bytes, from, to, findManagedFields(bytes, from, to, endOfNested));
    }
    if (item === undefined || bytes[to] !== comma) throw new SyntaxError("an item of the list is not JSON");
    part.from = to + 1;
    yield item;
  }
}

function* walk(
  page: Buffer,
  { start, end }: { readonly start: number; readonly end: number },
  reader: ItemReader,
): Generator<JsonItem, void, undefined> {
  for (let from = start; from < end;) {
    if (page[from] !== openBrace) throw new SyntaxError("an item of the list is not an object");
    const managed = findManagedFields(page, from, end, nextBracket);
    const found = page.indexOf(between, managed?.to ?? from);
    let to = found < 0 || found >= end ? end : found + 1;
    let item = reader.read(page, from, to, managed);
    if (item === undefined) {
      to = endOfNested(page, from + 1, end) ?? end;
      item = reader.read(page, from, to, findManagedFields(page, from, to, endOfNested));
    }
    // What follows is a comma and another item, or the end.
    if (item === undefined || (to < end && (page[to] !== comma || to + 1 === end)))
      throw new SyntaxError("an item of the list is not JSON");
    yield item;
    from = to + 1;
  }
}

function beginsItem(page: Buffer, at: number): boolean {
  return page.compare(itemStart, 0, itemStart.length, at, Math.min(page.length, at + itemStart.length)) === 0;
}

/** Reads items through one buffer, so that nothing that is kept of an item keeps the page. */
export class ItemReader {
  readonly #head: Buffer;
  #scratch = Buffer.allocUnsafeSlow(32_768);

  constructor({ apiVersion, kind }: ItemType) {
    this.#head = Buffer.from(`{"apiVersion":${JSON.stringify(apiVersion)},"kind":${JSON.stringify(kind)},`);
  }

  /** undefined where that is no whole JSON object. */
  read(page: Buffer, from: number, to: number, without: ByteRange | undefined): JsonItem | undefined {
    // Only items that begin with their metadata lack a type.
    if (beginsItem(page, from)) return this.readBehindType(page, from + 1, to, without);
    return this.#read(page, undefined, { from, to }, without);
  }

  /** An object whose type, which is this reader's, stands or would stand before `from`. */
  readBehindType(page: Buffer, from: number, to: number, without: ByteRange | undefined): JsonItem | undefined {
    return this.#read(page, this.#head, { from, to }, without);
  }

  #read(
    page: Buffer,
    head: Buffer | undefined,
    { from, to }: ByteRange,
    without: ByteRange | undefined,
  ): JsonItem | undefined {
    const [cutFrom, cutTo] = without === undefined ? [to, to] : [without.from, without.to];
    if (cutTo > to) return undefined;
    const bytes = this.#copy(page, head, [from, cutFrom], [cutTo, to]);
    const json = isAscii(bytes) ? bytes.toString("latin1") : bytes.toString("utf8");
    try {
      return { value: JSON.parse(json) as unknown, json };
    } catch {
      return undefined;
    }
  }

  #copy(page: Buffer, head: Buffer | undefined, ...ranges: readonly (readonly [from: number, to: number])[]): Buffer {
    const size = ranges.reduce((sum, [from, to]) => sum + to - from, head?.length ?? 0);
    if (size > this.#scratch.length) this.#scratch = Buffer.allocUnsafeSlow(2 * size);
    let used = head?.copy(this.#scratch) ?? 0;
    for (const [from, to] of ranges) used += page.copy(this.#scratch, used, from, to);
    return this.#scratch.subarray(0, used);
  }
}
