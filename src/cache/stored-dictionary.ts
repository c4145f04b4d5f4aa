import { toBodyDictionary } from "../kube/body-dictionary.ts";
import type { BodyDictionary } from "../kube/body-dictionary.ts";
import type { SnapshotRecord } from "./snapshot-store.ts";

/** As those of stored-key.ts. */
const prefix = "\0dictionary/";

/** The dictionary as a record among those of the objects that need it. */
export function toDictionaryRecord({ id, bytes }: BodyDictionary): SnapshotRecord & { readonly value: string } {
  return { key: `${prefix}${id}`, value: bytes.toString("base64") };
}

/** The dictionaries among what was stored, by id. One that is not what its id says is left out, and with it what it packed. */
export function readDictionaries(objects: ReadonlyMap<string, string>): ReadonlyMap<string, BodyDictionary> {
  const found = new Map<string, BodyDictionary>();
  for (const [key, value] of objects) {
    if (!key.startsWith(prefix)) continue;
    const dictionary = toBodyDictionary(Buffer.from(value, "base64"));
    if (key === toDictionaryRecord(dictionary).key) found.set(dictionary.id, dictionary);
  }
  return found;
}
