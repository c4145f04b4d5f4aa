import type { KubeObject } from "../../kube/object.ts";
import type { ApiContext } from "../api-context.ts";
import { toServed } from "../registry/resource-definition.ts";
import { parseObjectSelector } from "../selectors/object-selector.ts";
import { expired, StatusError } from "../status-error.ts";
import { formatContinueToken, parseContinueToken } from "../storage/continue-token.ts";
import { toObjectPath } from "../storage/object-store.ts";
import type { ListParams } from "./list-params.ts";
import type { Target } from "./target.ts";

/** One page. */
export interface ListResult {
  readonly items: readonly KubeObject[];
  readonly resourceVersion: string;
  readonly continueToken: string | undefined;
  /** Only where there is no selector: else nobody has counted. */
  readonly remainingItemCount: number | undefined;
}

const continueTooOld =
  "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.";

interface Snapshot {
  readonly objects: readonly KubeObject[];
  readonly revision: number;
  /** Path after which the page starts. */
  readonly after: string | undefined;
}

function pathOf(object: KubeObject): string {
  return toObjectPath(object.metadata.namespace ?? "", object.metadata.name);
}

/** A list or watch from the future: the client knows more than we do. */
export function tooLarge(revision: number, current: number): StatusError {
  return new StatusError({
    code: 504,
    reason: "Timeout",
    message: `Timeout: Too large resource version: ${revision}, current: ${current}`,
    details: {
      causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version" }],
      retryAfterSeconds: 1,
    },
  });
}

function readSnapshot({ store }: ApiContext, target: Target, params: ListParams): Snapshot {
  const { storageName } = target.served.definition;
  const now = (after?: string): Snapshot => ({
    objects: store.list(storageName, target.namespace),
    revision: store.revision,
    after,
  });
  if (params.continueToken !== undefined) {
    const token = parseContinueToken(params.continueToken);
    if (token.revision < 0) return now(token.after);
    const objects = store.listAt(storageName, target.namespace, token.revision);
    if (objects === undefined) {
      throw expired(continueTooOld, formatContinueToken({ revision: -1, after: token.after }));
    }
    return { objects, revision: token.revision, after: token.after };
  }
  const { resourceVersion: revision } = params;
  if (revision === undefined || revision === 0) return now();
  if (revision > store.revision) throw tooLarge(revision, store.revision);
  // Without a match, a page of a certain version is that version exactly.
  if (params.match === "Exact" || (params.match === undefined && params.limit !== undefined)) {
    const objects = store.listAt(storageName, target.namespace, revision);
    if (objects === undefined) throw expired("The resourceVersion for the provided list is too old.");
    return { objects, revision, after: undefined };
  }
  return now();
}

/** First index whose path is behind `after`; the objects are in the order of their paths. */
function startIndex(objects: readonly KubeObject[], after: string | undefined): number {
  if (after === undefined) return 0;
  let low = 0;
  let high = objects.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pathOf(objects[middle]!) <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The list verb. Throws 400, 410 and 504 as the real server does. */
export function listObjects(context: ApiContext, target: Target, params: ListParams): ListResult {
  const selects = parseObjectSelector(target.served.definition, params);
  const { objects, revision, after } = readSnapshot(context, target, params);
  const limit = params.limit ?? Number.POSITIVE_INFINITY;
  const items: KubeObject[] = [];
  let index = startIndex(objects, after);
  for (; index < objects.length && items.length < limit; index++) {
    const object = objects[index]!;
    if (selects === undefined || selects(object)) items.push(toServed(target.served, object));
  }
  const rest = objects.length - index;
  const more = selects === undefined ? rest > 0 : objects.slice(index).some(selects);
  const last = items.at(-1);
  return {
    items,
    resourceVersion: String(revision),
    continueToken: more && last !== undefined ? formatContinueToken({ revision, after: pathOf(last) }) : undefined,
    remainingItemCount: more && selects === undefined ? rest : undefined,
  };
}
