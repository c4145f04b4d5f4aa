import type { KubeObject } from "../../kube/object.ts";
import { refuseBinding, refuseEscalation } from "../auth/escalation.ts";
import { equalJson, isJsonObject, itemsAt, valueAt } from "../json-value.ts";
import type { Draft, JsonObject } from "../json-value.ts";
import type { KindBehaviour } from "../registry/kind-behaviour.ts";
import type { StatusCause } from "../status-error.ts";
import { fill } from "./pod-spec-defaults.ts";

const group = "rbac.authorization.k8s.io";

function required(field: string, why = ""): StatusCause {
  return { reason: "FieldValueRequired", message: `Required value${why === "" ? "" : `: ${why}`}`, field };
}

function unsupportedValue(field: string, value: unknown, known: readonly string[]): StatusCause {
  const list = known.map((one) => JSON.stringify(one)).join(", ");
  const message = `Unsupported value: ${JSON.stringify(value ?? "")}: supported values: ${list}`;
  return { reason: "FieldValueNotSupported", message, field };
}

function ruleCauses(rule: JsonObject, at: string, namespaced: boolean): readonly StatusCause[] {
  const has = (field: string): boolean => itemsAt(rule, field).length > 0;
  const causes: StatusCause[] = [];
  if (!has("verbs")) causes.push(required(`${at}.verbs`, "verbs must contain at least one value"));
  if (has("nonResourceURLs")) {
    const shown = JSON.stringify(rule["nonResourceURLs"]);
    const invalid = (why: string): StatusCause => ({ reason: "FieldValueInvalid", message: `Invalid value: ${shown}: ${why}`, field: `${at}.nonResourceURLs` }); // prettier-ignore
    if (namespaced) causes.push(invalid("namespaced rules cannot apply to non-resource URLs"));
    if (has("apiGroups") || has("resources") || has("resourceNames")) {
      causes.push(invalid("rules cannot apply to both regular resources and non-resource URLs"));
    }
    return causes;
  }
  if (!has("apiGroups")) causes.push(required(`${at}.apiGroups`, "resource rules must supply at least one api group"));
  if (!has("resources")) causes.push(required(`${at}.resources`, "resource rules must supply at least one resource"));
  return causes;
}

const toRoleBehaviour = (namespaced: boolean): KindBehaviour => ({
  nameRule: "pathSegment",
  // A real server keeps roles in protobuf, which does not tell no rules from none said.
  setDefaults(draft) {
    if (itemsAt(draft, "rules").length === 0) draft["rules"] = null;
  },
  authorizeWrite: refuseEscalation,
  validate: (draft) =>
    itemsAt(draft, "rules").flatMap((rule, at) =>
      isJsonObject(rule) ? ruleCauses(rule, `rules[${at}]`, namespaced) : [],
    ),
});

/** Role: rules for resources of its namespace. */
export const roleBehaviour = toRoleBehaviour(true);
/** ClusterRole: rules for resources and paths. */
export const clusterRoleBehaviour = toRoleBehaviour(false);

function setBindingDefaults(draft: Draft): void {
  const role = draft["roleRef"];
  if (isJsonObject(role)) fill(role, { apiGroup: group });
  for (const subject of itemsAt(draft, "subjects").filter(isJsonObject)) {
    if (subject["kind"] === "User" || subject["kind"] === "Group") fill(subject, { apiGroup: group });
  }
}

function subjectCauses(subject: JsonObject, at: string, namespaced: boolean): readonly StatusCause[] {
  const { kind, name, namespace } = subject;
  const causes: StatusCause[] = [];
  if (name === undefined || name === "") causes.push(required(`${at}.name`));
  if (kind === "ServiceAccount") {
    if (!namespaced && (namespace === undefined || namespace === "")) causes.push(required(`${at}.namespace`));
  } else if (kind !== "User" && kind !== "Group") {
    causes.push(unsupportedValue(`${at}.kind`, kind, ["ServiceAccount", "User", "Group"]));
  } else if (subject["apiGroup"] !== group) {
    causes.push(unsupportedValue(`${at}.apiGroup`, subject["apiGroup"], [group]));
  }
  return causes;
}

function bindingCauses(draft: Draft, old: KubeObject | undefined, namespaced: boolean): readonly StatusCause[] {
  const causes: StatusCause[] = [];
  const known = namespaced ? ["Role", "ClusterRole"] : ["ClusterRole"];
  const kind = valueAt(draft, "roleRef", "kind");
  if (!known.some((one) => one === kind)) causes.push(unsupportedValue("roleRef.kind", kind, known));
  const name = valueAt(draft, "roleRef", "name");
  if (name === undefined || name === "") causes.push(required("roleRef.name"));
  itemsAt(draft, "subjects").forEach((subject, at) => {
    if (isJsonObject(subject)) causes.push(...subjectCauses(subject, `subjects[${at}]`, namespaced));
  });
  if (old !== undefined && !equalJson(old["roleRef"], draft["roleRef"])) {
    // The real server prints its internal type.
    const shown = { APIGroup: valueAt(draft, "roleRef", "apiGroup"), Kind: kind, Name: name };
    const message = `Invalid value: ${JSON.stringify(shown)}: cannot change roleRef`;
    causes.push({ reason: "FieldValueInvalid", message, field: "roleRef" });
  }
  return causes;
}

const toBindingBehaviour = (namespaced: boolean): KindBehaviour => ({
  nameRule: "pathSegment",
  setDefaults: setBindingDefaults,
  authorizeWrite: refuseBinding,
  validate: (draft, old) => bindingCauses(draft, old, namespaced),
});

/** RoleBinding. */
export const roleBindingBehaviour = toBindingBehaviour(true);
/** ClusterRoleBinding: to ClusterRoles only. */
export const clusterRoleBindingBehaviour = toBindingBehaviour(false);
