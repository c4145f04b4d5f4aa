import type { PolicyRule } from "../kube/rbac/policy-rule.ts";
import type { UserRules } from "../kube/rbac/rbac.ts";
import { ruleAllows } from "../kube/rbac/rule-allows.ts";
import type { ResourceName } from "../kube/resource-id.ts";
import type { AccessQuestion, Extent } from "./access.ts";
import { keyOfRules, withoutSelfReviews } from "./canonical-rules.ts";

export type ReadVerb = "list" | "watch" | "get";

/**
 * What somebody may do in one cluster. Never changes; equal keys have equal rights, so that whoever has the same rights shares one.
 */
export interface Rights {
  readonly key: string;
  /** Equal ones let see the same with that verb, single names apart. */
  keyOf(verb: ReadVerb): string;
  /** Nothing at all, besides asking about oneself: the cluster is absent for them. */
  readonly isNone: boolean;
  /** Whether the verb may be used on all of a namespace of it; "" = over all namespaces, or cluster-scoped. */
  covers(verb: ReadVerb, resource: ResourceName, namespace: string): boolean;
  extent(verb: ReadVerb, resource: ResourceName): Extent;
  gets(resource: ResourceName, namespace: string, name: string): boolean;
  may(question: AccessQuestion): boolean;
}

/** Where a verb may be used on a resource. */
interface Reach {
  readonly all: boolean;
  readonly namespaces: ReadonlySet<string>;
  /** Single objects by namespace; those under "" in any. */
  readonly names: ReadonlyMap<string, ReadonlySet<string>>;
}

export function createRights(rules: UserRules): Rights {
  return new RuleRights(withoutSelfReviews(rules));
}

class RuleRights implements Rights {
  readonly isNone: boolean;
  readonly #rules: UserRules;
  /** By verb and resource: as many as there are kinds that are read. */
  readonly #reaches: Record<ReadVerb, Map<ResourceName, Reach>> = { list: new Map(), watch: new Map(), get: new Map() };
  readonly #keys = new Map<string, string>();

  constructor(rules: UserRules) {
    this.#rules = rules;
    this.isNone = rules.clusterWide.length === 0 && rules.byNamespace.size === 0;
  }

  get key(): string {
    return this.#keyOf(undefined);
  }

  keyOf(verb: ReadVerb): string {
    return this.#keyOf(verb);
  }

  covers(verb: ReadVerb, resource: ResourceName, namespace: string): boolean {
    const { all, namespaces } = this.#reach(verb, resource);
    return all || namespaces.has(namespace);
  }

  extent(verb: ReadVerb, resource: ResourceName): Extent {
    const { all, namespaces } = this.#reach(verb, resource);
    return all ? "all" : namespaces.size > 0 ? "some" : "none";
  }

  gets(resource: ResourceName, namespace: string, name: string): boolean {
    const { all, namespaces, names } = this.#reach("get", resource);
    // For a request about one Namespace the API server takes its name for the request's namespace, so that a RoleBinding in it counts.
    const place = resource === "namespaces" ? name : namespace;
    return all || namespaces.has(place) || isNamed(names, "", name) || isNamed(names, place, name);
  }

  may({ cluster: _cluster, ...attributes }: AccessQuestion): boolean {
    const { clusterWide, byNamespace } = this.#rules;
    const rules = attributes.namespace === "" ? undefined : byNamespace.get(attributes.namespace);
    return allows(clusterWide, attributes) || (rules !== undefined && allows(rules, attributes));
  }

  #keyOf(verb: ReadVerb | undefined): string {
    const known = this.#keys.get(verb ?? "");
    if (known !== undefined) return known;
    const key = keyOfRules(this.#rules, verb);
    this.#keys.set(verb ?? "", key);
    return key;
  }

  #reach(verb: ReadVerb, resource: ResourceName): Reach {
    const reaches = this.#reaches[verb];
    let reach = reaches.get(resource);
    if (reach === undefined) reaches.set(resource, (reach = computeReach(this.#rules, verb, resource)));
    return reach;
  }
}

function computeReach({ clusterWide, byNamespace }: UserRules, verb: ReadVerb, resourceName: ResourceName): Reach {
  const asked = { verb, ...splitResourceName(resourceName) };
  const namespaces = [...byNamespace].filter(([, rules]) => allows(rules, asked)).map(([namespace]) => namespace);
  const named = [["", clusterWide] as const, ...byNamespace].map(
    ([namespace, rules]) => [namespace, namesOf(rules, asked)] as const,
  );
  return {
    all: allows(clusterWide, asked),
    namespaces: new Set(namespaces),
    names: new Map(named.filter(([, names]) => names.size > 0)),
  };
}

function namesOf(rules: readonly PolicyRule[], asked: Parameters<typeof ruleAllows>[1]): ReadonlySet<string> {
  return new Set(
    rules.flatMap((rule) => rule.resourceNames.filter((name) => ruleAllows({ ...rule, resourceNames: [name] }, { ...asked, name } as typeof asked))), // prettier-ignore
  );
}

function allows(rules: readonly PolicyRule[], asked: Parameters<typeof ruleAllows>[1]): boolean {
  return rules.some((rule) => ruleAllows(rule, asked));
}

function isNamed(names: Reach["names"], namespace: string, name: string): boolean {
  return names.get(namespace)?.has(name) ?? false;
}

/** "deployments.apps" is resource deployments of group apps. */
export function splitResourceName(name: ResourceName): { readonly group: string; readonly resource: string } {
  const dot = name.indexOf(".");
  return dot < 0 ? { group: "", resource: name } : { group: name.slice(dot + 1), resource: name.slice(0, dot) };
}
