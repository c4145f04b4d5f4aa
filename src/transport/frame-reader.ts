import type { WatchEvent } from "../kube/client.ts";
import { ItemReader } from "./list-pieces.ts";
import type { ItemType, JsonItem } from "./list-pieces.ts";
import { endOfNested, findManagedFieldsWithin, nextBracket } from "./managed-fields.ts";
import type { FindEnd } from "./managed-fields.ts";

/** An event that is about an object. */
type ObjectEvent = Extract<WatchEvent, { readonly object: unknown }>;

/** Reads the frames of a watch that are about objects of one type. */
export interface FrameReader {
  /**
   * What `line` says, its object as a JsonItem: typed, without managedFields, with its JSON. undefined where the line does not have the form that API
   * servers give it: then it is to be read as any JSON.
   */
  read(line: Buffer): ObjectEvent | undefined;
}

const types = ["MODIFIED", "ADDED", "DELETED"] as const;
const metadataStart = '"metadata":{';
const closeBrace = 0x7d;

export function createFrameReader(type: ItemType): FrameReader {
  const reader = new ItemReader(type);
  const [kind, apiVersion] = [JSON.stringify(type.kind), JSON.stringify(type.apiVersion)];
  // As Go writes them, the type of a watched object before its metadata: kind first where a Go type wrote it, apiVersion first where it is custom.
  const typed = [`"kind":${kind},"apiVersion":${apiVersion}`, `"apiVersion":${apiVersion},"kind":${kind}`];
  const starts = typed.flatMap((said) =>
    types.map((each) => ({ type: each, bytes: Buffer.from(`{"type":"${each}","object":{${said},${metadataStart}`) })),
  );
  return {
    read(line) {
      const start = starts.find(({ bytes }) => beginsWith(line, bytes));
      const end = line.length - 1;
      if (start === undefined || line[end] !== closeBrace) return undefined;
      const inside = start.bytes.length;
      const read = (findEnd: FindEnd): JsonItem | undefined => {
        const managed = findManagedFieldsWithin(line, inside, end, findEnd);
        // What is left of the frame is one object only where the frame ends with it.
        return reader.readBehindType(line, inside - metadataStart.length, end, managed);
      };
      const item = read(nextBracket) ?? read(endOfNested);
      return item === undefined ? undefined : { type: start.type, object: item.value, json: item.json };
    },
  };
}

function beginsWith(line: Buffer, bytes: Buffer): boolean {
  return line.length > bytes.length && line.compare(bytes, 0, bytes.length, 0, bytes.length) === 0;
}
