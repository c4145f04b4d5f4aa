import type { PolicyRule } from "./policy-rule.ts";

/** What somebody wants to do to a resource, in the words of an authorizer. */
export interface ResourceAttributes {
  readonly verb: string;
  /** "" is the core group. */
  readonly group: string;
  /** Plural. */
  readonly resource: string;
  /** Unset or "" = the object itself. */
  readonly subresource?: string;
  /** Unset or "" = no single object: a list, a creation. */
  readonly name?: string;
  /** Unset or "" = all namespaces, or a cluster-scoped resource. A Namespace lies in itself: `get` of it names it here, too. */
  readonly namespace?: string;
}

/** What somebody wants of a path that is no resource: "/metrics". The verb is the HTTP method in lower case. */
export interface PathAttributes {
  readonly verb: string;
  readonly path: string;
}

export type AccessAttributes = ResourceAttributes | PathAttributes;

export function isPathAttributes(attributes: AccessAttributes): attributes is PathAttributes {
  return "path" in attributes;
}

/**
 * Whether one rule allows it, wherever the rule holds: the namespace is not looked at. Follows kube-apiserver 1.34, RuleAllows of
 * plugin/pkg/auth/authorizer/rbac/rbac.go with pkg/apis/rbac/v1/evaluation_helpers.go.
 */
export function ruleAllows(rule: PolicyRule, attributes: AccessAttributes): boolean {
  if (isPathAttributes(attributes)) return verbMatches(rule, attributes.verb) && pathMatches(rule, attributes.path);
  const { verb, group, resource, subresource = "", name = "" } = attributes;
  return (
    verbMatches(rule, verb) &&
    groupMatches(rule, group) &&
    resourceMatches(rule, resource, subresource) &&
    nameMatches(rule, name)
  );
}

function verbMatches({ verbs }: PolicyRule, verb: string): boolean {
  return verbs.some((one) => one === "*" || one === verb);
}

function groupMatches({ apiGroups }: PolicyRule, group: string): boolean {
  return apiGroups.some((one) => one === "*" || one === group);
}

function resourceMatches({ resources }: PolicyRule, resource: string, subresource: string): boolean {
  if (subresource === "") return resources.some((one) => one === "*" || one === resource);
  // "pods" does not grant "pods/log", nor does "pods/*" mean anything: only the left side may be a star.
  return resources.some((one) => one === "*" || one === `${resource}/${subresource}` || one === `*/${subresource}`);
}

function nameMatches({ resourceNames }: PolicyRule, name: string): boolean {
  return resourceNames.length === 0 || resourceNames.includes(name);
}

function pathMatches({ nonResourceURLs }: PolicyRule, path: string): boolean {
  return nonResourceURLs.some(
    (one) => one === "*" || one === path || (one.endsWith("*") && path.startsWith(one.replace(/\*+$/, ""))),
  );
}
