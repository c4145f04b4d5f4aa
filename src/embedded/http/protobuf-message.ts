import { setOwn } from "../json-value.ts";
import { readFields, toText } from "./protobuf.ts";
import type { ProtobufField } from "./protobuf.ts";

/** How a field is read: a string, a list of them, a number, a boolean, a map of strings to strings or to bytes (in base64), a message, a list of messages. */
export type FieldType = "text" | "texts" | "number" | "flag" | "map" | "bytesMap" | Message | readonly [Message];

/** The fields of a message that are read, by their number. */
export interface Message {
  readonly [number: number]: readonly [name: string, type: FieldType];
}

export interface ReadMessageOptions {
  /** Told of a field that has no place in the table and says something: what is empty says nothing, and Go writes it all the same. */
  readonly onUnknown?: (number: number) => void;
}

/** A message as JSON would have it. Throws 400 where it is torn. */
export function readMessage(
  bytes: Uint8Array,
  message: Message,
  options: ReadMessageOptions = {},
): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const field of readFields(bytes)) {
    const known = message[field.number];
    if (known !== undefined) readField(object, known, field, options);
    else if (!isEmpty(field)) options.onUnknown?.(field.number);
  }
  return object;
}

function readField(
  object: Record<string, unknown>,
  [name, type]: readonly [string, FieldType],
  { value }: ProtobufField,
  options: ReadMessageOptions,
): void {
  if (type === "number") object[name] = value;
  else if (type === "flag") object[name] = value !== 0;
  else if (!(value instanceof Uint8Array)) return;
  else if (type === "text") setText(object, name, toText(value));
  else if (type === "texts") object[name] = [...itemsOf(object[name]), toText(value)];
  else if (type === "map" || type === "bytesMap") addEntry(object, name, value, type);
  else if (isList(type)) object[name] = [...itemsOf(object[name]), readMessage(value, type[0], options)];
  else object[name] = readMessage(value, type, options);
}

/** Go writes empty strings as well, and leaves them out of JSON. */
function setText(object: Record<string, unknown>, name: string, text: string): void {
  if (text !== "") object[name] = text;
}

function isList(type: Message | readonly [Message]): type is readonly [Message] {
  return Array.isArray(type);
}

function itemsOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** An entry of a map is a message: 1 = the key, 2 = the value. */
function addEntry(object: Record<string, unknown>, name: string, bytes: Uint8Array, type: "map" | "bytesMap"): void {
  const fields = readFields(bytes);
  const part = (number: number): Uint8Array => {
    const value = fields.find((field) => field.number === number)?.value;
    return value instanceof Uint8Array ? value : new Uint8Array();
  };
  const entries = (object[name] ??= {}) as Record<string, unknown>;
  setOwn(entries, toText(part(1)), type === "map" ? toText(part(2)) : Buffer.from(part(2)).toString("base64"));
}

function isEmpty({ value }: ProtobufField): boolean {
  return value instanceof Uint8Array ? value.length === 0 : value === 0;
}
