import { cloneJson, equalJson, isJsonObject, setOwn, valueAt } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";
import type { SchemaNode } from "../schema/schema-node.ts";
import { badRequest } from "../status-error.ts";
import { orderList } from "./order-list.ts";

const orderPrefix = "$setElementOrder/";
const deletePrefix = "$deleteFromPrimitiveList/";

/**
 * A strategic merge patch on a copy: as a merge patch, but lists with a merge key are merged item by item. Directives: `$patch`
 * (replace, delete, merge), `$retainKeys`, `$deleteFromPrimitiveList/x`, `$setElementOrder/x`. Throws 400 for a malformed one.
 */
export function applyStrategicMergePatch(schema: SchemaNode, value: JsonObject, patch: JsonObject): JsonObject {
  return mergeObject(schema, value, patch);
}

function mergeObject(schema: SchemaNode | undefined, value: JsonObject, patch: JsonObject): JsonObject {
  const directive = patch["$patch"];
  if (directive === "replace") return withoutDirectives(patch) as JsonObject;
  if (directive === "delete") return {};
  if (directive !== undefined && directive !== "merge") {
    throw badRequest(`unknown patch type found in patch: ${JSON.stringify(directive)}`);
  }
  const result: JsonObject = { ...value };
  retainKeys(result, patch);
  for (const [key, change] of Object.entries(patch)) {
    if (key.startsWith(deletePrefix)) deletePrimitives(result, key.slice(deletePrefix.length), change);
  }
  for (const [key, change] of Object.entries(patch)) {
    if (key.startsWith("$")) continue;
    if (change === null) delete result[key];
    else setOwn(result, key, mergeValue(schema?.child(key), result[key], change));
  }
  for (const [key, order] of Object.entries(patch)) {
    if (key.startsWith(orderPrefix))
      reorder(schema, { result, value, key: key.slice(orderPrefix.length), order, patch });
  }
  return result;
}

function mergeValue(schema: SchemaNode | undefined, value: unknown, change: unknown): unknown {
  const strategies = schema?.patchStrategies ?? [];
  if (isJsonObject(change)) {
    const replaces = strategies.includes("replace") || !isJsonObject(value);
    return replaces && change["$patch"] === undefined ? withoutDirectives(change) : mergeObject(schema, isJsonObject(value) ? value : {}, change); // prettier-ignore
  }
  if (!Array.isArray(change) || !strategies.includes("merge")) return cloneJson(change);
  const present: readonly unknown[] = Array.isArray(value) ? value : [];
  if (schema?.patchMergeKey !== undefined) return mergeItems(schema.items, schema.patchMergeKey, { present, change });
  const added = change.filter((item) => !present.some((one) => equalJson(one, item)));
  return inPatchOrder([...present, ...added], { present, change, identity: JSON.stringify });
}

function mergeItems(
  schema: SchemaNode | undefined,
  mergeKey: string,
  { present, change }: { readonly present: readonly unknown[]; readonly change: readonly unknown[] },
): unknown[] {
  const items = change.map((item) => {
    if (!isJsonObject(item)) throw badRequest("a list that is merged by key holds an item that is not an object");
    return item;
  });
  const isReplaced = items.some((item) => item["$patch"] === "replace");
  const result: unknown[] = isReplaced ? [] : [...present];
  const indexOf = (key: unknown): number =>
    result.findIndex((one) => isJsonObject(one) && equalJson(one[mergeKey], key));
  for (const item of items) {
    if (item["$patch"] === "replace") continue;
    const key = item[mergeKey];
    if (key === undefined)
      throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`);
    const index = indexOf(key);
    if (item["$patch"] === "delete") {
      for (let at = index; at >= 0; at = indexOf(key)) result.splice(at, 1);
    } else if (index < 0) result.push(withoutDirectives(item));
    else result[index] = mergeObject(schema, result[index] as JsonObject, item);
  }
  return inPatchOrder(result, { present, change, identity: (item) => JSON.stringify(valueAt(item, mergeKey)) });
}

interface PatchOrder {
  readonly present: readonly unknown[];
  readonly change: readonly unknown[];
  readonly identity: (item: unknown) => string;
}

function inPatchOrder(list: readonly unknown[], { present, change, identity }: PatchOrder): unknown[] {
  const order = [...new Set(change.map(identity))];
  return orderList({ list, order, before: present.map(identity), identity });
}

function retainKeys(result: JsonObject, patch: JsonObject): void {
  const retained = patch["$retainKeys"];
  if (!Array.isArray(retained)) return;
  for (const key of Object.keys(result)) if (!retained.includes(key)) delete result[key];
}

function deletePrimitives(result: JsonObject, key: string, unwanted: unknown): void {
  const present = result[key];
  if (!Array.isArray(present) || !Array.isArray(unwanted)) return;
  result[key] = present.filter((item) => !unwanted.some((one) => equalJson(one, item)));
}

interface Reordering {
  readonly result: JsonObject;
  /** Before the patch. */
  readonly value: JsonObject;
  readonly key: string;
  readonly order: unknown;
  readonly patch: JsonObject;
}

function reorder(schema: SchemaNode | undefined, { result, value, key, order }: Reordering): void {
  const list = result[key];
  if (!Array.isArray(list) || !Array.isArray(order)) return;
  const mergeKey = schema?.child(key)?.patchMergeKey;
  const identity = (item: unknown): string =>
    JSON.stringify(mergeKey !== undefined && isJsonObject(item) ? item[mergeKey] : item);
  const before: readonly unknown[] = Array.isArray(value[key]) ? value[key] : [];
  result[key] = orderList({ list, order: order.map(identity), before: before.map(identity), identity });
}

/** A part of a patch that meets nothing: what it says, without its directives and nulls. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.filter((item) => !isJsonObject(item) || item["$patch"] === undefined).map(withoutDirectives);
  }
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).filter(([key, item]) => !key.startsWith("$") && item !== null);
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutDirectives(item)]));
}
