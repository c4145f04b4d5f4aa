import type { UserIdentity } from "../kube/identity.ts";
import { knownResources } from "../kube/known-resources.ts";
import type { PolicyRule } from "../kube/rbac/policy-rule.ts";
import { ruleAllows } from "../kube/rbac/rule-allows.ts";
import type { ResourceAttributes } from "../kube/rbac/rule-allows.ts";
import type { ResourceId } from "../kube/resource-id.ts";
import type { RulesReview } from "./access-reviews.ts";
import { isOfResources } from "./canonical-rules.ts";
import type { InternTable } from "./intern-table.ts";
import { createRights } from "./rights.ts";
import type { ReadVerb, Rights } from "./rights.ts";

/** How old an answer of the cluster may be. */
export const answerMaxAgeMs = 10_000;
/** From this age on it is asked for again while it still counts, so that who asks on and on never waits. */
export const answerRefreshMs = 5_000;
/** A cluster that did not answer is asked again after this. */
const retryMs = 1_000;
/** A namespace that cannot be, since names have no dots: a review of it tells what holds everywhere, and only that. */
export const nowhere = "everywhere.fleetgraph.io";

const verbs: readonly ReadVerb[] = ["list", "watch", "get"];
/** Single objects of cluster-scoped kinds by rules with resourceNames: of more than this the rest is not seen. */
const maxNames = 64;

/** Puts questions to one cluster as one caller. */
export interface Questions {
  rules(namespace: string): Promise<RulesReview>;
  allowed(attributes: ResourceAttributes): Promise<boolean>;
}

export interface AskedUserOptions {
  readonly questions: Questions;
  /** Names of the namespaces there are. */
  readonly namespaces: () => readonly string[];
  readonly monotonic: () => number;
  readonly intern: InternTable<Rights>;
}

/** Where the rights stand after what is known so far. */
export type AskedState =
  | { readonly state: "known"; readonly rights: Rights }
  /** The cluster did not answer, and what it said before is too old. */
  | { readonly state: "failed" }
  | { readonly state: "asking"; readonly done: Promise<unknown> };

export interface LookOptions {
  /** false: nothing is asked. */
  readonly mayAsk: boolean;
  /** What is older is asked for again, though it counts still. */
  readonly refreshMs?: number;
  /** What is older does not count. */
  readonly maxAgeMs?: number;
}

interface Answer {
  readonly value: unknown;
  /** clock.monotonic() when it was asked for. */
  readonly askedAtMs: number;
}

interface Memo {
  readonly rights: Rights;
  readonly kinds: readonly ResourceId[];
  readonly namespaces: readonly string[];
  readonly oldestMs: number;
}

/**
 * What one caller may do in one cluster, by asking it. Rules reviews of a namespace mix what holds there with what holds everywhere, so that nothing
 * outside a namespace is believed without an access review of its own.
 */
export class AskedUser {
  readonly #options: AskedUserOptions;
  readonly #answers = new Map<string, Answer>();
  readonly #asking = new Map<string, Promise<void>>();
  #failedAtMs = -Infinity;
  #memo: Memo | undefined;

  constructor(options: AskedUserOptions) {
    this.#options = options;
  }

  state(
    kinds: readonly ResourceId[],
    { mayAsk, refreshMs = answerRefreshMs, maxAgeMs = answerMaxAgeMs }: LookOptions,
  ): AskedState {
    const now = this.#options.monotonic();
    const namespaces = this.#options.namespaces();
    const memo = this.#memo;
    if (
      memo !== undefined &&
      areSame(memo.kinds, kinds) &&
      memo.namespaces === namespaces &&
      now - memo.oldestMs < refreshMs
    ) {
      return { state: "known", rights: memo.rights };
    }
    const round = new Round(this.#answers, now - maxAgeMs);
    const rights = collect(kinds, namespaces, round);
    const stale = [...round.used].filter((key) => now - this.#answers.get(key)!.askedAtMs >= refreshMs);
    const isPatient = now - this.#failedAtMs < retryMs;
    const asked = mayAsk && !isPatient ? [...round.missing, ...stale].map((key) => this.#ask(key)) : [];
    if (rights !== undefined) {
      const shared = this.#options.intern(rights.key, () => rights);
      const oldestMs = Math.min(now, ...Array.from(round.used, (key) => this.#answers.get(key)!.askedAtMs));
      this.#memo = { rights: shared, kinds, namespaces, oldestMs };
      this.#forget(round.used, now);
      return { state: "known", rights: shared };
    }
    return asked.length === 0 ? { state: "failed" } : { state: "asking", done: Promise.all(asked) };
  }

  /** clock.monotonic() when the oldest answer behind the last rights was asked for; -Infinity before there were any. */
  get askedAtMs(): number {
    return this.#memo?.oldestMs ?? -Infinity;
  }

  /** Answers of namespaces and kinds that nobody needs any more. */
  #forget(used: ReadonlySet<string>, now: number): void {
    for (const [key, { askedAtMs }] of this.#answers) {
      if (!used.has(key) && now - askedAtMs > answerMaxAgeMs) this.#answers.delete(key);
    }
  }

  #ask(key: string): Promise<void> {
    const known = this.#asking.get(key);
    if (known !== undefined) return known;
    const { questions, monotonic } = this.#options;
    const askedAtMs = monotonic();
    const question = JSON.parse(key) as string | ResourceAttributes;
    const asking = (typeof question === "string" ? questions.rules(question) : questions.allowed(question))
      .then(
        (value) => void this.#answers.set(key, { value, askedAtMs }),
        () => void (this.#failedAtMs = monotonic()),
      )
      .finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    return asking;
  }
}

function areSame(some: readonly ResourceId[], others: readonly ResourceId[]): boolean {
  if (some === others) return true;
  const isSame = ({ group, plural }: ResourceId, at: number): boolean =>
    others[at]?.group === group && others[at].plural === plural;
  return some.length === others.length && some.every(isSame);
}

/** One look at the answers there are: which were used, which are missing. */
class Round {
  readonly used = new Set<string>();
  readonly missing = new Set<string>();
  readonly #answers: ReadonlyMap<string, Answer>;
  readonly #sinceMs: number;

  constructor(answers: ReadonlyMap<string, Answer>, sinceMs: number) {
    this.#answers = answers;
    this.#sinceMs = sinceMs;
  }

  rules(namespace: string): RulesReview | undefined {
    return this.#find(JSON.stringify(namespace)) as RulesReview | undefined;
  }

  allowed(attributes: ResourceAttributes): boolean {
    return this.#find(JSON.stringify(attributes)) === true;
  }

  #find(key: string): unknown {
    const answer = this.#answers.get(key);
    if (answer === undefined || answer.askedAtMs < this.#sinceMs) this.missing.add(key);
    else this.used.add(key);
    return this.missing.has(key) ? undefined : answer?.value;
  }
}

/** The rights as far as the kinds need them; undefined where answers are missing. */
function collect(kinds: readonly ResourceId[], namespaces: readonly string[], round: Round): Rights | undefined {
  const everywhere = round.rules(nowhere);
  if (everywhere === undefined) return undefined;
  const anything = { verb: "*", group: "*", resource: "*" };
  if (everywhere.rules.some((rule) => ruleAllows(rule, anything)) && round.allowed(anything)) {
    return createRights({ clusterWide: [toRule(anything)], byNamespace: new Map() });
  }
  // Step by step, since each answer may make the next questions needless.
  if (round.missing.size > 0) return undefined;
  const clusterWide = kinds.flatMap((kind) => confirmed(kind, everywhere, "", round));
  if (round.missing.size > 0) return undefined;
  const byNamespace = new Map([[nowhere, everywhere.rules.filter(isOfResources)]]);
  if (!kinds.filter(isInNamespaces).every((kind) => isCovered(kind, clusterWide))) {
    for (const namespace of namespaces) {
      const review = round.rules(namespace);
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

/** A caller at a cluster, for look-ups: whoever vouched for them is part of it. */
export function keyOfUser({ realm }: UserIdentity, username: string, groups: readonly string[]): string {
  return JSON.stringify([realm, username, [...groups].sort()]);
}
