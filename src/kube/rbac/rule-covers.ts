import type { PolicyRule } from "./policy-rule.ts";

/**
 * What of `wanted` the rules `held` do not give, in the smallest pieces: one verb, one group, one resource or path, one name each. Compares words:
 * all verbs one by one do not cover "*". Follows kube-apiserver 1.34, k8s.io/component-helpers/auth/rbac/validation/policy_comparator.go.
 */
export function uncoveredRules(held: readonly PolicyRule[], wanted: readonly PolicyRule[]): readonly PolicyRule[] {
  return wanted.flatMap(toPieces).filter((piece) => !held.some((rule) => covers(rule, piece)));
}

function toPieces({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): PolicyRule[] {
  const pieces: PolicyRule[] = [];
  for (const group of apiGroups) {
    for (const resource of resources) {
      for (const verb of verbs) {
        const piece = {
          verbs: [verb],
          apiGroups: [group],
          resources: [resource],
          resourceNames: [],
          nonResourceURLs: [],
        };
        if (resourceNames.length === 0) pieces.push(piece);
        else pieces.push(...resourceNames.map((name) => ({ ...piece, resourceNames: [name] })));
      }
    }
  }
  for (const url of nonResourceURLs) {
    for (const verb of verbs) {
      pieces.push({ verbs: [verb], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [url] });
    }
  }
  return pieces;
}

function covers(held: PolicyRule, piece: PolicyRule): boolean {
  return (
    hasAll(held.verbs, piece.verbs) &&
    hasAll(held.apiGroups, piece.apiGroups) &&
    piece.resources.every((resource) => coversResource(held.resources, resource)) &&
    (held.resourceNames.length === 0 ||
      (piece.resourceNames.length > 0 && piece.resourceNames.every((name) => held.resourceNames.includes(name)))) &&
    piece.nonResourceURLs.every((url) => held.nonResourceURLs.some((own) => coversPath(own, url)))
  );
}

function hasAll(held: readonly string[], wanted: readonly string[]): boolean {
  return held.includes("*") || wanted.every((one) => held.includes(one));
}

function coversResource(held: readonly string[], resource: string): boolean {
  const slash = resource.indexOf("/");
  return (
    held.includes("*") || held.includes(resource) || (slash >= 0 && held.includes(`*/${resource.slice(slash + 1)}`))
  );
}

function coversPath(held: string, url: string): boolean {
  return held === "*" || held === url || (held.endsWith("*") && url.startsWith(held.replace(/\*+$/, "")));
}
