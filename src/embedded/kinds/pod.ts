import type { KubeObject } from "../../kube/object.ts";
import { ensureObject, equalJson, isJsonObject, itemsAt, valueAt } from "../json-value.ts";
import type { Draft, JsonObject } from "../json-value.ts";
import type { KindBehaviour } from "../registry/kind-behaviour.ts";
import type { StatusCause } from "../status-error.ts";
import { fill, setPodSpecDefaults, setRequestDefaults } from "./pod-spec-defaults.ts";
import { toQosClass } from "./qos-class.ts";
import { validatePodSpec } from "./validate-pod-spec.ts";

const text = (...path: string[]) => (object: KubeObject): string => {
  const value = valueAt(object, ...path);
  return value === undefined || value === null ? "" : String(value);
}; // prettier-ignore

/** Seconds after which a pod on a lost node is evicted: what the DefaultTolerationSeconds admission adds. */
const defaultTolerations = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"].map((key) => ({
  key,
  operator: "Exists",
  effect: "NoExecute",
  tolerationSeconds: 300,
}));

function addDefaultTolerations(spec: JsonObject): void {
  const tolerations = [...itemsAt(spec, "tolerations")];
  for (const toleration of defaultTolerations) {
    const covered = tolerations.some((present) => {
      const { key, effect } = isJsonObject(present) ? present : {};
      return (
        (key === undefined || key === toleration.key) &&
        (effect === undefined || effect === "" || effect === "NoExecute")
      );
    });
    if (!covered) tolerations.push(toleration);
  }
  spec["tolerations"] = tolerations;
}

/** The spec with what may change taken out: images, deadlines, tolerations. */
function immutablePart(spec: unknown): JsonObject {
  const { activeDeadlineSeconds: _deadline, tolerations: _tolerations, terminationGracePeriodSeconds: _grace, schedulingGates: _gates, ...rest } = isJsonObject(spec) ? spec : {}; // prettier-ignore
  for (const list of ["containers", "initContainers"]) {
    if (Array.isArray(rest[list]))
      rest[list] = rest[list].map((one: unknown) => (isJsonObject(one) ? { ...one, image: "" } : one));
  }
  return rest;
}

function validateUpdate(draft: Draft, old: KubeObject): readonly StatusCause[] {
  const before = immutablePart(old["spec"]);
  const after = immutablePart(draft["spec"]);
  if (equalJson(before, after)) return [];
  const message =
    "Forbidden: pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
  return [{ reason: "FieldValueForbidden", message, field: "spec" }];
}

/** Pod. */
export const podBehaviour: KindBehaviour = {
  selectable: {
    "spec.nodeName": text("spec", "nodeName"),
    "spec.restartPolicy": text("spec", "restartPolicy"),
    "spec.schedulerName": text("spec", "schedulerName"),
    "spec.serviceAccountName": text("spec", "serviceAccountName"),
    "spec.hostNetwork": (object) => String(valueAt(object, "spec", "hostNetwork") ?? false),
    "status.phase": text("status", "phase"),
    "status.podIP": text("status", "podIP"),
    "status.nominatedNodeName": text("status", "nominatedNodeName"),
  },
  hasGeneration: true,
  returnsDeleted: true,
  setDefaults(draft) {
    const spec = ensureObject(draft, "spec");
    setPodSpecDefaults(spec);
    setRequestDefaults(spec);
    fill(spec, { enableServiceLinks: true });
  },
  prepareCreate(draft) {
    const spec = ensureObject(draft, "spec");
    spec["serviceAccountName"] ??= "default";
    spec["serviceAccount"] = spec["serviceAccountName"];
    spec["priority"] ??= 0;
    spec["preemptionPolicy"] ??= "PreemptLowerPriority";
    addDefaultTolerations(spec);
    draft["status"] = { phase: "Pending", qosClass: toQosClass(spec) };
  },
  validate: (draft, old) => [
    ...validatePodSpec(draft["spec"], "spec"),
    ...(old === undefined ? [] : validateUpdate(draft, old)),
  ],
  graceSeconds(object, requested) {
    const assigned = text("spec", "nodeName")(object) !== "";
    const phase = text("status", "phase")(object);
    if (!assigned || phase === "Failed" || phase === "Succeeded") return 0;
    if (requested !== undefined) return Math.max(0, requested);
    return Number(valueAt(object, "spec", "terminationGracePeriodSeconds") ?? 30);
  },
};
