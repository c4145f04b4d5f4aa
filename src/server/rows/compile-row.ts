import { GraphQLNonNull, isAbstractType, isLeafType, isListType, isNonNullType, isObjectType } from "graphql";
import type { GraphQLField, GraphQLNamedType, GraphQLOutputType } from "graphql";
import type { ObjectRow } from "../../kube/rows/row.ts";
import { Doubt } from "./doubt.ts";
import { marksOf } from "./field-marks.ts";
import { noInfo } from "./row-plan.ts";
import type { RelationSlot, RowPlan, Write } from "./row-plan.ts";
import type { SelectedField, SelectedType, SelectedTypes } from "./selection.ts";
import { createLeafWriter, quote } from "./write-leaf.ts";

/** Where in the rows a selection is compiled, and what has been found there. */
interface Place {
  /** Relations of the rows themselves; unset deeper down, where relations are followed each time. */
  readonly slots: RelationSlot[] | undefined;
  /** Told of relations that have no slot. */
  readonly foundRelation: () => void;
}

/** Compiles what is selected of the rows of a list into closures. Throws `Doubt` for a field whose marks do not say that it can be. */
export function compileRows(type: GraphQLNamedType & GraphQLOutputType, selected: SelectedTypes): RowPlan {
  const slots: RelationSlot[] = [];
  let isKept = true;
  const foundRelation = (): void => void (isKept = false);
  // With rows of several types each slot would be one type's.
  const place = isObjectType(type) ? { slots, foundRelation } : { slots: undefined, foundRelation };
  return { write: compileValue(new GraphQLNonNull(type), selected, place), slots, isKept };
}

/** The same for any value of the type, of which nothing is remembered: relations are followed each time. */
export function compileAnswer(type: GraphQLOutputType, selected: SelectedTypes): Write {
  return compileValue(type, selected, { slots: undefined, foundRelation: () => {} });
}

function compileValue(type: GraphQLOutputType, selected: SelectedTypes, place: Place): Write {
  if (!isNonNullType(type)) {
    const write = compileNonNull(type, selected, place);
    return (value, writing) => (value === null || value === undefined ? "null" : write(value, writing));
  }
  const write = compileNonNull(type.ofType, selected, place);
  return (value, writing) => {
    if (value === null || value === undefined) throw new Doubt("null for what must not be null");
    return write(value, writing);
  };
}

function compileNonNull(type: GraphQLOutputType, selected: SelectedTypes, place: Place): Write {
  if (isListType(type)) {
    // What is in a list is no row of the list itself.
    const write = compileValue(type.ofType, selected, { ...place, slots: undefined });
    return (value, writing) => writeList(value, write, writing);
  }
  if (isLeafType(type)) return createLeafWriter(type);
  const writers = new Map([...selected].map(([name, each]) => [name, compileObject(each, place)]));
  if (isAbstractType(type)) {
    const { resolveType } = type;
    return (value, writing) => {
      const name = resolveType?.(value, writing.context, noInfo, type);
      const write = typeof name === "string" ? writers.get(name) : undefined;
      if (write === undefined) throw new Doubt("an object that does not tell its type");
      return write(value, writing);
    };
  }
  const [only] = writers.values();
  if (only === undefined) throw new Doubt("nothing is selected");
  return only;
}

function writeList(value: unknown, write: Write, writing: Parameters<Write>[1]): string {
  if (!Array.isArray(value)) throw new Doubt("a list that is no array");
  if (value.length === 0) return "[]";
  let text = "[";
  for (const [index, item] of value.entries()) text += index === 0 ? write(item, writing) : `,${write(item, writing)}`;
  return `${text}]`;
}

function compileObject({ type, fields }: SelectedType, place: Place): Write {
  if (type.isTypeOf) throw new Doubt(`${type.name} looks at its values`);
  const parts = fields.map((field, index) => ({
    head: `${index === 0 ? "{" : ","}${quote(field.responseKey)}:`,
    write: compileField(field, type.name, place),
  }));
  if (parts.length === 0) return () => "{}";
  return (source, writing) => {
    if (typeof source !== "object" || source instanceof Error || "then" in (source as object)) {
      throw new Doubt("an object that is none, or not yet");
    }
    let text = "";
    for (const { head, write } of parts) text += head + write(source, writing);
    return `${text}}`;
  };
}

function compileField(selected: SelectedField, typeName: string, place: Place): Write {
  const { field, args, inner } = selected;
  if (field === undefined) {
    const text = quote(typeName);
    return () => text;
  }
  const { resolve } = field;
  const { relation, pure } = marksOf(field);
  if (relation !== undefined) return compileRelation(selected, field, relation as RelationSlot["keyOf"], place);
  const write = compileValue(field.type, inner, { ...place, slots: undefined });
  if (resolve === undefined) {
    const { name } = field;
    return (source, writing) => write(property(source as Record<string, unknown>, name), writing);
  }
  if (pure !== true) throw new Doubt(`${typeName}.${field.name} is not marked`);
  return (source, writing) => write(resolve(source, args, writing.context, noInfo), writing);
}

function compileRelation(
  { args, inner }: SelectedField,
  field: GraphQLField<unknown, unknown>,
  keyOf: RelationSlot["keyOf"],
  { slots, foundRelation }: Place,
): Write {
  const { resolve } = field;
  if (resolve === undefined) throw new Doubt(`relation ${field.name} has no resolver`);
  let isDeep = false;
  const write = compileValue(field.type, inner, { slots: undefined, foundRelation: () => void (isDeep = true) });
  if (slots === undefined) {
    foundRelation();
    return (source, writing) => write(resolve(source, args, writing.context, noInfo), writing);
  }
  const known = isDeep ? undefined : new WeakMap<object, string>();
  const slot: RelationSlot = { index: slots.length, keyOf, resolve, args, write, known };
  slots.push(slot);
  return (row, writing) => writing.textOf(slot, row as ObjectRow);
}

/** As graphql-js's own resolver, but that functions are not called. */
function property(source: Readonly<Record<string, unknown>>, name: string): unknown {
  const value = source[name];
  if (typeof value === "function") throw new Doubt(`${name} is a method`);
  return value;
}
