import { joinErrors } from "../../kube/rbac/authorize.ts";
import { unlimitedGroup } from "../../kube/rbac/implied-groups.ts";
import { toPolicyRules } from "../../kube/rbac/policy-rule.ts";
import type { PolicyRule } from "../../kube/rbac/policy-rule.ts";
import { uncoveredRules } from "../../kube/rbac/rule-covers.ts";
import type { KubeObject } from "../../kube/object.ts";
import { equalJson, isJsonObject, valueAt } from "../json-value.ts";
import type { Draft } from "../json-value.ts";
import type { WriteCall } from "../registry/kind-behaviour.ts";
import { forbidden, notFound } from "../status-error.ts";
import type { UserInfo } from "./user-info.ts";

const group = "rbac.authorization.k8s.io";
const everything: readonly PolicyRule[] = [
  { verbs: ["*"], apiGroups: ["*"], resources: ["*"], resourceNames: [], nonResourceURLs: [] },
  { verbs: ["*"], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: ["*"] },
];

/**
 * Nobody gives rights they do not have: throws 403 for a role with more than the writer may in its namespace, unless they may `escalate` it. Follows
 * kube-apiserver 1.34, pkg/registry/rbac/role/policybased and clusterrole/policybased.
 */
export function refuseEscalation(draft: Draft, old: KubeObject | undefined, call: WriteCall): void {
  const { context, user, plural, namespace } = call;
  if (mayWriteAnything(user)) return;
  const name = draft.metadata.name ?? "";
  const asked = old === undefined ? "" : name;
  if (context.auth.authorize(user, { verb: "escalate", group, resource: plural, name: asked, namespace }).allowed)
    return;
  if (old !== undefined && changesOwnersOnly(draft, old)) return;
  requireRules(call, name, toPolicyRules(draft["rules"]));
  if (!hasAggregation(draft) && (old === undefined || !hasAggregation(old))) return;
  if (uncoveredRules(heldRules(call).rules, everything).length === 0) return;
  throw forbidden({ group, plural }, name, "must have cluster-admin privileges to use the aggregationRule");
}

/**
 * The same for bindings: throws 403 for a binding to a role that gives more than the writer may, unless they may `bind` it, and 404 where there is no
 * such role. Follows pkg/registry/rbac/rolebinding/policybased and clusterrolebinding/policybased.
 */
export function refuseBinding(draft: Draft, old: KubeObject | undefined, call: WriteCall): void {
  const { context, user, plural, namespace } = call;
  if (mayWriteAnything(user)) return;
  if (old !== undefined && changesOwnersOnly(draft, old)) return;
  const [kind, roleName] = [valueAt(draft, "roleRef", "kind"), String(valueAt(draft, "roleRef", "name") ?? "")];
  const resource = kind === "Role" ? "roles" : "clusterroles";
  if (context.auth.authorize(user, { verb: "bind", group, resource, name: roleName, namespace }).allowed) return;
  const key = { resource: `${resource}.${group}`, namespace: kind === "Role" ? namespace : "", name: roleName };
  const role = context.store.get(key);
  if (role === undefined) throw notFound({ group, plural }, roleName);
  requireRules(call, draft.metadata.name ?? "", toPolicyRules(role["rules"]));
}

/** The API server itself and its administrators: system:masters is asked nothing anywhere. */
function mayWriteAnything({ groups }: UserInfo): boolean {
  return groups.includes(unlimitedGroup);
}

function hasAggregation(object: Draft | KubeObject): boolean {
  const rule = (object as Readonly<Record<string, unknown>>)["aggregationRule"];
  return isJsonObject(rule) && Array.isArray(rule["clusterRoleSelectors"]) && rule["clusterRoleSelectors"].length > 0;
}

/** What the garbage collector writes so that the object can go at all. */
function changesOwnersOnly(draft: Draft, old: KubeObject): boolean {
  const rest = (object: Draft | KubeObject): unknown => {
    const { ownerReferences: _owners, finalizers: _finalizers, managedFields: _managed, resourceVersion: _version, ...metadata } = object.metadata; // prettier-ignore
    return { ...object, metadata };
  };
  return equalJson(rest(draft), rest(old));
}

function heldRules({ context, user, plural, namespace }: WriteCall): {
  readonly rules: readonly PolicyRule[];
  readonly missing: readonly string[];
} {
  const grants = context.auth.rbac
    .grantsFor(user)
    .filter((grant) => grant.namespace === "" || grant.namespace === namespace);
  return {
    rules: grants.flatMap(({ rules }) => rules ?? []),
    // The real server names the kind that is written, not the one that is missing.
    missing: grants
      .filter(({ rules }) => rules === undefined)
      .map(({ roleName }) => `${plural}.${group} ${JSON.stringify(roleName)} not found`),
  };
}

function requireRules(call: WriteCall, name: string, wanted: readonly PolicyRule[]): void {
  const { rules, missing } = heldRules(call);
  const lacking = uncoveredRules(rules, wanted);
  if (lacking.length === 0) return;
  const { username, groups } = call.user;
  const listed = groups.map((one) => JSON.stringify(one)).join(" ");
  const lines = [...new Set(compact(lacking).map(formatRule))].sort().join("\n");
  const errors = missing.length === 0 ? "" : `; resolution errors: [${joinErrors(missing)}]`;
  const why = `user ${JSON.stringify(username)} (groups=[${listed}]) is attempting to grant RBAC permissions not currently held:\n${lines}${errors}`;
  throw forbidden({ group, plural: call.plural }, name, why);
}

/** Pieces of resources that differ in their verb alone, as one. */
function compact(pieces: readonly PolicyRule[]): readonly PolicyRule[] {
  const merged = new Map<string, PolicyRule>();
  for (const piece of pieces) {
    const { apiGroups, resources, resourceNames } = piece;
    const key = JSON.stringify(resources.length === 0 ? piece : [apiGroups, resources, resourceNames]);
    const known = merged.get(key);
    merged.set(key, known === undefined ? piece : { ...known, verbs: [...known.verbs, ...piece.verbs] });
  }
  return [...merged.values()];
}

/** As Go prints it: only the fields that say something. */
function formatRule({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: PolicyRule): string {
  const fields = { APIGroups: apiGroups, Resources: resources, NonResourceURLs: nonResourceURLs, ResourceNames: resourceNames, Verbs: verbs }; // prettier-ignore
  const shown = Object.entries(fields)
    .filter(([, values]) => values.length > 0)
    .map(([field, values]) => `${field}:[${values.map((value) => JSON.stringify(value)).join(" ")}]`);
  return `{${shown.join(", ")}}`;
}
