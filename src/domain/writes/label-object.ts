import { ApiError } from "../../kube/api-error.ts";
import type { Written } from "../../kube/client.ts";
import { mergeObject } from "./patch-object.ts";
import type { WriteCall, WriteTarget } from "./write-target.ts";

export interface LabelInput {
  readonly set: readonly { readonly key: string; readonly value: string }[];
  readonly remove: readonly string[];
}

/** Sets and removes labels whatever their values were, as kubectl label --overwrite. A key that is absent is passed over. */
export function labelObject(target: WriteTarget, { set, remove }: LabelInput, call: WriteCall): Promise<Written> {
  if (set.length === 0 && remove.length === 0) {
    throw new ApiError("BAD_USER_INPUT", "Arguments input.set and input.remove are both empty: nothing to do.");
  }
  const labels = new Map<string, string | null>();
  for (const { key, value } of set) addLabel(labels, key, value);
  for (const key of remove) addLabel(labels, key, null);
  return mergeObject(target, { metadata: { labels: Object.fromEntries(labels) } }, call, "label");
}

function addLabel(labels: Map<string, string | null>, key: string, value: string | null): void {
  if (key === "") throw new ApiError("BAD_USER_INPUT", "Arguments input.set and input.remove take no empty key.");
  if (labels.has(key)) throw new ApiError("BAD_USER_INPUT", `Arguments input.set and input.remove name ${JSON.stringify(key)} twice.`); // prettier-ignore
  labels.set(key, value);
}
