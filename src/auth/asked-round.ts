import { knownResources } from "../kube/known-resources.ts";
import type { PolicyRule } from "../kube/rbac/policy-rule.ts";
import { ruleAllows } from "../kube/rbac/rule-allows.ts";
import type { ResourceAttributes } from "../kube/rbac/rule-allows.ts";
import type { ResourceId } from "../kube/resource-id.ts";
import type { RulesReview } from "./access-reviews.ts";
import { anyKinds, withKinds } from "./asked-kinds.ts";
import { isOfResources, keyOfRules } from "./canonical-rules.ts";
import { createRights } from "./rights.ts";
import type { ReadVerb, Rights } from "./rights.ts";

/** A namespace that cannot be, since names have no dots: a review of it tells what holds everywhere, and only that. */
export const nowhere = "everywhere.fleetgraph.io";

const verbs: readonly ReadVerb[] = ["list", "watch", "get"];
/** Single objects of cluster-scoped kinds by rules with resourceNames: of more than this the rest is not seen. */
const maxNames = 64;

/** What the cluster answered to one question. */
export interface Answer {
  readonly value: unknown;
  /** clock.monotonic() when it was asked for. */
  readonly askedAtMs: number;
}

/** Times are of clock.monotonic(). */
export interface RoundOptions {
  /** What was asked for earlier does not count. */
  readonly countsMs: number;
  /** The same for reviews of namespaces that are asked about in turn. */
  readonly inTurnMs: number;
  /** Whether the namespace of this question is. */
  readonly isInTurn: (key: string) => boolean;
}

/** One look at the answers there are: which were used, which are missing. */
export class Round {
  readonly used = new Set<string>();
  readonly missing = new Set<string>();
  /** Reviews of namespaces that count though they may be old: there the caller may do nothing of its own. */
  readonly inTurn = new Set<string>();
  /** Reviews of namespaces that tell of more than holds everywhere. */
  readonly own = new Set<string>();
  readonly #answers: ReadonlyMap<string, Answer>;
  readonly #since: RoundOptions;

  constructor(answers: ReadonlyMap<string, Answer>, since: RoundOptions) {
    this.#answers = answers;
    this.#since = since;
  }

  rules(namespace: string): RulesReview | undefined {
    return this.#find(JSON.stringify(namespace)) as RulesReview | undefined;
  }

  /**
   * The review of a namespace where another tells what holds everywhere. One that told no more than that is as good as the other is now, and may be older;
   * not where the caller had something lately.
   */
  rulesIn(namespace: string, everywhere: RulesReview): RulesReview | undefined {
    const key = JSON.stringify(namespace);
    const answer = this.#answers.get(key);
    const isOld = answer === undefined || answer.askedAtMs < this.#since.inTurnMs;
    if (isOld || !isNoMore(answer.value as RulesReview, everywhere)) {
      const review = this.rules(namespace);
      if (review !== undefined) this.own.add(key);
      return review;
    }
    if (!this.#since.isInTurn(key)) return this.rules(namespace);
    this.inTurn.add(key);
    return everywhere;
  }

  allowed(attributes: ResourceAttributes): boolean {
    return this.#find(JSON.stringify(attributes)) === true;
  }

  #find(key: string): unknown {
    const answer = this.#answers.get(key);
    if (answer === undefined || answer.askedAtMs < this.#since.countsMs) this.missing.add(key);
    else this.used.add(key);
    return this.missing.has(key) ? undefined : answer?.value;
  }
}

/**
 * The rights as far as the kinds need them; undefined where answers are missing. Whether there are any at all is found out by all kinds that are always
 * cached, where those asked for let the caller do nothing: a cluster is absent for whoever may do nothing there, whatever they ask for.
 */
export function collect(kinds: readonly ResourceId[], namespaces: readonly string[], round: Round): Rights | undefined {
  const everywhere = round.rules(nowhere);
  if (everywhere === undefined) return undefined;
  const anything = { verb: "*", group: "*", resource: "*" };
  if (everywhere.rules.some((rule) => ruleAllows(rule, anything)) && round.allowed(anything)) {
    return createRights({ clusterWide: [toRule(anything)], byNamespace: new Map() });
  }
  // Step by step, since each answer may make the next questions needless.
  if (round.missing.size > 0) return undefined;
  const rights = collectOf(kinds, { everywhere, namespaces, round });
  return rights?.isNone === true ? collectOf(withKinds(kinds, anyKinds), { everywhere, namespaces, round }) : rights;
}

interface Looking {
  readonly everywhere: RulesReview;
  readonly namespaces: readonly string[];
  readonly round: Round;
}

function collectOf(kinds: readonly ResourceId[], { everywhere, namespaces, round }: Looking): Rights | undefined {
  const clusterWide = kinds.flatMap((kind) => confirmed(kind, everywhere, "", round));
  if (round.missing.size > 0) return undefined;
  const byNamespace = new Map([[nowhere, everywhere.rules.filter(isOfResources)]]);
  if (!kinds.filter(isInNamespaces).every((kind) => isCovered(kind, clusterWide))) {
    for (const namespace of namespaces) {
      const review = round.rulesIn(namespace, everywhere);
      if (review === undefined) continue;
      const more = review.incomplete ? kinds.filter(isInNamespaces).flatMap((kind) => confirmed(kind, review, namespace, round)) : []; // prettier-ignore
      byNamespace.set(namespace, [...review.rules, ...more]);
    }
  }
  return round.missing.size > 0 ? undefined : createRights({ clusterWide, byNamespace });
}

/** What access reviews confirm of a kind, of what the rules say or may leave out. */
function confirmed(
  { group, plural }: ResourceId,
  review: RulesReview,
  namespace: string,
  round: Round,
): readonly PolicyRule[] {
  // prettier-ignore
  const place = namespace === "" ? {} : { namespace };
  const whole = verbs
    .map((verb) => ({ verb, group, resource: plural, ...place }))
    .filter((question) => review.incomplete || review.rules.some((rule) => ruleAllows(rule, question)))
    .filter((question) => round.allowed(question));
  if (whole.some(({ verb }) => verb === "get") || namespace !== "") return whole.map(toRule);
  const named = namesOf(review.rules, { verb: "get", group, resource: plural })
    .map((name) => ({ verb: "get", group, resource: plural, name }))
    .filter((question) => round.allowed(question));
  return [...whole, ...named].map(toRule);
}

function namesOf(rules: readonly PolicyRule[], question: ResourceAttributes): readonly string[] {
  const names = rules.flatMap((rule) =>
    ruleAllows({ ...rule, resourceNames: [] }, question) ? rule.resourceNames : [],
  );
  return [...new Set(names)].slice(0, maxNames);
}

function toRule({ verb, group, resource, name }: ResourceAttributes): PolicyRule {
  return {
    verbs: [verb],
    apiGroups: [group],
    resources: [resource],
    resourceNames: name === undefined ? [] : [name],
    nonResourceURLs: [],
  };
}

/** Whether all that is read of the kind is allowed everywhere, so that no namespace need be asked about. */
function isCovered({ group, plural }: ResourceId, rules: readonly PolicyRule[]): boolean {
  return verbs.every((verb) => rules.some((rule) => ruleAllows(rule, { verb, group, resource: plural })));
}

/** A Namespace counts as lying in itself. */
function isInNamespaces(kind: ResourceId): boolean {
  return kind.namespaced || (kind.group === "" && kind.plural === knownResources.namespaces.plural);
}

const keys = new WeakMap<RulesReview, string>();

function keyOf(review: RulesReview): string {
  let key = keys.get(review);
  if (key === undefined) keys.set(review, (key = keyOfRules({ clusterWide: review.rules.filter(isOfResources), byNamespace: new Map() }))); // prettier-ignore
  return key;
}

/** Whether two reviews say the same of resources, and all. */
export function isNoMore(review: RulesReview, everywhere: RulesReview): boolean {
  return !review.incomplete && !everywhere.incomplete && keyOf(review) === keyOf(everywhere);
}
