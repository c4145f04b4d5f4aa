import { createHash } from "node:crypto";
import type { PolicyRule } from "../kube/rbac/policy-rule.ts";
import type { UserRules } from "../kube/rbac/rbac.ts";

/**
 * What everybody who is let in may do, which makes nobody a user of a cluster: to ask about themselves (ClusterRole system:basic-user). Paths,
 * which is discovery, are not looked at either.
 */
const selfReviews: ReadonlySet<string> = new Set([
  "authentication.k8s.io/selfsubjectreviews",
  "authorization.k8s.io/selfsubjectaccessreviews",
  "authorization.k8s.io/selfsubjectrulesreviews",
]);

/** Whether the rule grants anything on a resource, besides asking about oneself. */
export function isOfResources({ verbs, apiGroups, resources }: PolicyRule): boolean {
  return (
    verbs.length > 0 &&
    apiGroups.some((group) => resources.some((resource) => !selfReviews.has(`${group}/${resource}`)))
  );
}

/** The rules on resources, without what everybody has. */
export function withoutSelfReviews({ clusterWide, byNamespace }: UserRules): UserRules {
  const namespaces = Array.from(byNamespace, ([namespace, rules]) => [namespace, rules.filter(isOfResources)] as const);
  return {
    clusterWide: clusterWide.filter(isOfResources),
    byNamespace: new Map(namespaces.filter(([, rules]) => rules.length > 0)),
  };
}

/**
 * A short name for rules: equal for the same rules in any order, however often. With `verb`: of what they let somebody do with that verb to things of
 * any name, piece by piece, so that it does not matter how roles put it together.
 */
export function keyOfRules({ clusterWide, byNamespace }: UserRules, verb?: string): string {
  const everywhere = canonicalRules(clusterWide, verb);
  const besides = new Set(verb === undefined ? [] : everywhere);
  const places = Array.from(byNamespace, ([namespace, rules]) => {
    const more = canonicalRules(rules, verb).filter((piece) => !besides.has(piece));
    return [namespace, more] as const;
  });
  const told = [["", everywhere] as const, ...places].filter(([, rules]) => rules.length > 0);
  return shortHash(JSON.stringify(told.sort(([a], [b]) => (a < b ? -1 : 1))));
}

/** 132 bits: two texts do not share one by chance. */
export function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("base64url").slice(0, 22);
}

function canonicalRules(rules: readonly PolicyRule[], verb: string | undefined): readonly string[] {
  if (verb === undefined) {
    return sorted(
      rules.map(({ verbs, apiGroups, resources, resourceNames }) =>
        JSON.stringify([sorted(verbs), sorted(apiGroups), sorted(resources), sorted(resourceNames)]),
      ),
    );
  }
  return sorted(
    rules
      .filter((rule) => grantsVerb(rule, verb))
      .flatMap(({ apiGroups, resources }) =>
        apiGroups.flatMap((group) => resources.map((resource) => `${group}/${resource}`)),
      ),
  );
}

function grantsVerb({ verbs, resourceNames }: PolicyRule, verb: string): boolean {
  return resourceNames.length === 0 && (verbs.includes(verb) || verbs.includes("*"));
}

function sorted(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}
