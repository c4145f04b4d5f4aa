import { GraphQLBoolean, GraphQLID, GraphQLInt, GraphQLString, isEnumType } from "graphql";
import type { GraphQLLeafType } from "graphql";
import { Doubt } from "./doubt.ts";

/** JSON text of a value that is neither null nor undefined. Throws where graphql-js would report an error, or might. */
export type WriteLeaf = (value: unknown) => string;

/** All but what JSON.stringify writes as it is: quotes, backslashes, control characters, and surrogates, since they may be alone. */
const special = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/** JSON text of a string, as JSON.stringify has it. */
export function quote(text: string): string {
  return special.test(text) ? JSON.stringify(text) : `"${text}"`;
}

/** Values go through the type's own `serialize` but for those that it is known to leave as they are. */
export function createLeafWriter(type: GraphQLLeafType): WriteLeaf {
  const serialized: WriteLeaf = (value) => writeSerialized(type, value);
  if (type === GraphQLString || type === GraphQLID) {
    return (value) => (typeof value === "string" ? quote(value) : serialized(value));
  }
  if (type === GraphQLInt) {
    // Bitwise: whole and within 32 bits. Minus zero is written as JSON.stringify does.
    return (value) => (typeof value === "number" && (value | 0) === value ? String(value) : serialized(value));
  }
  if (type === GraphQLBoolean) return (value) => (typeof value === "boolean" ? String(value) : serialized(value));
  if (isEnumType(type)) {
    const known = new Map<unknown, string>();
    return (value) => {
      let text = known.get(value);
      if (text === undefined) known.set(value, (text = serialized(value)));
      return text;
    };
  }
  return serialized;
}

function writeSerialized(type: GraphQLLeafType, value: unknown): string {
  if (typeof value === "function" || value instanceof Error) throw new Doubt("a function or an error for a leaf");
  if (typeof value === "object" && typeof (value as PromiseLike<unknown>).then === "function") {
    throw new Doubt("a promise for a leaf");
  }
  const serialized: unknown = type.serialize(value);
  if (typeof serialized === "string") return quote(serialized);
  const text = serialized === null ? undefined : (JSON.stringify(serialized) as string | undefined);
  if (text === undefined) throw new Doubt(`${type.name} serializes a value to nothing`);
  return text;
}
