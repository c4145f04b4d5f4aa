import type { KindBehaviour } from "../registry/kind-behaviour.ts";
import { itemsAt, objectAt, valueAt } from "../json-value.ts";
import { forbidden } from "../status-error.ts";

/** Namespaces no one may delete. */
const permanent: ReadonlySet<string> = new Set(["default", "kube-system", "kube-public"]);

/** Namespace: Active until deleted, then Terminating until spec.finalizers are taken off through `finalize`. */
export const namespaceBehaviour: KindBehaviour = {
  nameRule: "label",
  selectable: {
    "status.phase": (object) => String(valueAt(object, "status", "phase") ?? ""),
    name: ({ metadata }) => metadata.name,
  },
  returnsDeleted: true,
  setDefaults(draft) {
    if (draft.metadata.name !== undefined && draft.metadata.name !== "") {
      draft.metadata.labels = { ...draft.metadata.labels, "kubernetes.io/metadata.name": draft.metadata.name };
    }
  },
  prepareCreate(draft) {
    const finalizers = itemsAt(draft, "spec", "finalizers");
    draft["spec"] = { finalizers: finalizers.includes("kubernetes") ? finalizers : [...finalizers, "kubernetes"] };
    draft["status"] = { phase: "Active" };
  },
  prepareUpdate(draft, old) {
    draft["spec"] = { ...objectAt(draft, "spec"), finalizers: itemsAt(old, "spec", "finalizers") };
  },
  markDeleted(draft) {
    draft["status"] = { ...objectAt(draft, "status"), phase: "Terminating" };
  },
  refuseDelete(object) {
    const { name } = object.metadata;
    if (permanent.has(name))
      throw forbidden({ group: "", plural: "namespaces" }, name, "this namespace may not be deleted");
  },
  blocksRemoval: (object) => itemsAt(object, "spec", "finalizers").length > 0,
};
