import type { AnyRow } from "../src/kube/rows/row.ts";
import type { MaybePromise, NaturalKey, OneArgs, RequestContext } from "../src/loaders/request-context.ts";

/** Arguments of a getter by natural key. */
export type GetterArgs = OneArgs & Omit<NaturalKey, "apiVersion" | "kind">;

/** One object of a kind by its natural key, for the getters at the root. */
export function getObject(
  context: RequestContext,
  apiVersion: string,
  kind: string,
  { cluster, namespace, name, maxStaleness, readAfter }: GetterArgs,
): MaybePromise<AnyRow | null> {
  return context.loaders.object({ apiVersion, kind, cluster, namespace, name }, { maxStaleness, readAfter });
}
