import type { ApiContext } from "../api-context.ts";
import { listObjects } from "./list-objects.ts";
import type { ListResult } from "./list-objects.ts";
import type { ListParams } from "./list-params.ts";
import { deleteObject } from "./delete-object.ts";
import type { DeleteOptions } from "./delete-object.ts";
import type { Target } from "./target.ts";

/** The deletecollection verb: deletes what a list with the same query shows, one by one, and answers with that list. */
export function deleteCollection(
  context: ApiContext,
  target: Target,
  params: ListParams,
  options: DeleteOptions,
): ListResult {
  const list = listObjects(context, target, params);
  for (const { metadata } of list.items) {
    deleteObject(context, { ...target, namespace: metadata.namespace ?? "", name: metadata.name }, options);
  }
  return list;
}
