import type { UserIdentity } from "../kube/identity.ts";
import type { ResourceAttributes } from "../kube/rbac/rule-allows.ts";
import type { ResourceId } from "../kube/resource-id.ts";
import type { RulesReview } from "./access-reviews.ts";
import { collect, isNoMore, Round } from "./asked-round.ts";
import { keyOfKinds } from "./asked-kinds.ts";
import type { Answer } from "./asked-round.ts";
import type { InternTable } from "./intern-table.ts";
import type { Rights } from "./rights.ts";

/** How old an answer of the cluster may be. */
export const answerMaxAgeMs = 10_000;
/** From this age on it is asked for again while it still counts, so that who asks on and on never waits. */
export const answerRefreshMs = 5_000;
/** A cluster that did not answer is asked again after this. */
const retryMs = 1_000;
/**
 * Over so many namespaces, those where the caller may do nothing of its own are asked about in turn, so many each time or as many as make it once around
 * in `turnMs`. Rights that are new there are seen later; what is taken away never is, for there is nothing to take.
 */
export const turnSize = 50;
export const turnMs = 60_000;
/** Once around, for who asks now and then; then it is asked at once, and whoever wants to know waits. */
const turnMaxAgeMs = 90_000;

/** Sets of kinds whose rights are kept ready for one caller: as many as they have different operations at a time, and more. */
const maxMemos = 32;
/** How long rights stand as they are while what they come from is asked for again: each answer is looked at as it comes. */
const lookAgainMs = 50;

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
  /** false: nothing is asked. Called only where something would be. */
  readonly mayAsk: () => boolean;
  /** What is older is asked for again, though it counts still. */
  readonly refreshMs?: number;
  /** What is older does not count. */
  readonly maxAgeMs?: number;
}

/** Rights that `state` gives again for the same kinds and namespaces without asking anything, until that moment of clock.monotonic() or until they are over. */
export interface Standing {
  readonly untilMs: number;
  readonly isOver: boolean;
}

interface Memo extends Standing {
  readonly rights: Rights;
  readonly namespaces: readonly string[];
  readonly oldestMs: number;
  /** When it was found out, and by how many answers. */
  readonly lookedAtMs: number;
  readonly answers: number;
  isOver: boolean;
}

/**
 * What one caller may do in one cluster, by asking it. Rules reviews of a namespace mix what holds there with what holds everywhere, so that nothing
 * outside a namespace is believed without an access review of its own.
 */
export class AskedUser {
  readonly #options: AskedUserOptions;
  readonly #answers = new Map<string, Answer>();
  readonly #asking = new Map<string, Promise<void>>();
  /** Namespaces where the caller had something of its own, by question, with clock.monotonic() of the last time. */
  readonly #ownAtMs = new Map<string, number>();
  #failedAtMs = -Infinity;
  #turnedAtMs = -Infinity;
  /** Answers and failures so far. */
  #taken = 0;
  /** By the kinds they are of, the last to be used last. */
  readonly #memos = new Map<string, Memo>();

  constructor(options: AskedUserOptions) {
    this.#options = options;
  }

  /** The rights as far as these kinds need them. */
  state(
    kinds: readonly ResourceId[],
    { mayAsk, refreshMs = answerRefreshMs, maxAgeMs = answerMaxAgeMs }: LookOptions,
  ): AskedState {
    const now = this.#options.monotonic();
    const namespaces = this.#options.namespaces();
    const memoKey = keyOfKinds(kinds);
    const memo = this.#memos.get(memoKey);
    if (memo !== undefined && !memo.isOver && memo.namespaces === namespaces) {
      const ageMs = now - memo.oldestMs;
      const isLooked = memo.answers === this.#taken && now - memo.lookedAtMs < lookAgainMs && ageMs < maxAgeMs;
      if (ageMs < refreshMs || isLooked) return { state: "known", rights: memo.rights };
    }
    const isInTurn = (key: string): boolean => namespaces.length > turnSize && now - (this.#ownAtMs.get(key) ?? -Infinity) > turnMs; // prettier-ignore
    const round = new Round(this.#answers, { countsMs: now - maxAgeMs, inTurnMs: now - turnMaxAgeMs, isInTurn });
    const rights = collect(kinds, namespaces, round);
    for (const key of round.own) this.#ownAtMs.set(key, now);
    const canAsk = mayAsk() && now - this.#failedAtMs >= retryMs;
    const stale = this.#olderThan(now - refreshMs, round.used);
    const asked = canAsk ? [...round.missing, ...stale].map((key) => this.#ask(key)) : [];
    if (rights === undefined) return asked.length === 0 ? { state: "failed" } : { state: "asking", done: Promise.all(asked) }; // prettier-ignore
    if (canAsk) this.#takeTurn(round, namespaces.length, { now, refreshMs });
    const shared = this.#options.intern(rights.key, () => rights);
    const oldestMs = Math.min(now, ...Array.from(round.used, (key) => this.#answers.get(key)!.askedAtMs));
    const untilMs = oldestMs + answerRefreshMs;
    this.#remember(memoKey, { rights: shared, namespaces, oldestMs, untilMs, lookedAtMs: now, answers: this.#taken, isOver: false }); // prettier-ignore
    this.#forget(round, now);
    return { state: "known", rights: shared };
  }

  /** clock.monotonic() when the oldest answer behind the last rights of these kinds was asked for; -Infinity before there were any. */
  askedAtMs(kinds: readonly ResourceId[]): number {
    return this.#memos.get(keyOfKinds(kinds))?.oldestMs ?? -Infinity;
  }

  /** Of the rights that `state` gave last for these kinds; undefined where it may not give them again. */
  standing(kinds: readonly ResourceId[]): Standing | undefined {
    const memo = this.#memos.get(keyOfKinds(kinds));
    return memo?.isOver === true ? undefined : memo;
  }

  #remember(key: string, memo: Memo): void {
    const before = this.#memos.get(key);
    if (before !== undefined) before.isOver = true;
    this.#memos.delete(key);
    const [oldest] = this.#memos;
    if (this.#memos.size >= maxMemos && oldest !== undefined) {
      oldest[1].isOver = true;
      this.#memos.delete(oldest[0]);
    }
    this.#memos.set(key, memo);
  }

  #olderThan(ms: number, questions: ReadonlySet<string>): readonly string[] {
    return [...questions].filter((key) => this.#answers.get(key)!.askedAtMs <= ms);
  }

  /** Asks about the next of the namespaces that are asked about in turn; nobody waits for it. */
  #takeTurn({ inTurn }: Round, namespaces: number, { now, refreshMs }: { now: number; refreshMs: number }): void {
    if (inTurn.size === 0 || now - this.#turnedAtMs < refreshMs) return;
    this.#turnedAtMs = now;
    const askedAt = (key: string): number => this.#answers.get(key)!.askedAtMs;
    const oldest = [...this.#olderThan(now - refreshMs, inTurn)].sort((a, b) => askedAt(a) - askedAt(b));
    const size = Math.max(turnSize, Math.ceil((namespaces * refreshMs) / turnMs));
    for (const key of oldest.slice(0, size)) void this.#ask(key);
  }

  /** Answers of namespaces and kinds that nobody needs any more. Those of namespaces may be needed by who asks for other kinds next. */
  #forget({ used, inTurn }: Round, now: number): void {
    for (const [key, { value, askedAtMs }] of this.#answers) {
      const maxAgeMs = typeof value === "boolean" ? answerMaxAgeMs : turnMaxAgeMs;
      if (!used.has(key) && !inTurn.has(key) && now - askedAtMs > maxAgeMs) this.#answers.delete(key);
    }
    for (const [key, atMs] of this.#ownAtMs) if (now - atMs > turnMs) this.#ownAtMs.delete(key);
  }

  #ask(key: string): Promise<void> {
    const known = this.#asking.get(key);
    if (known !== undefined) return known;
    const { questions, monotonic } = this.#options;
    const askedAtMs = monotonic();
    const question = JSON.parse(key) as string | ResourceAttributes;
    const asking = (typeof question === "string" ? questions.rules(question) : questions.allowed(question))
      .then(
        (value) => this.#take(key, { value, askedAtMs }),
        () => {
          this.#taken++;
          this.#failedAtMs = monotonic();
        },
      )
      .finally(() => this.#asking.delete(key));
    this.#asking.set(key, asking);
    return asking;
  }

  #take(key: string, answer: Answer): void {
    this.#taken++;
    const before = this.#answers.get(key);
    this.#answers.set(key, answer);
    // What was remembered together was so by what is in turn as it was before.
    const [was, is] = [before?.value, answer.value] as readonly (RulesReview | boolean | undefined)[];
    if (typeof was !== "object" || typeof is !== "object" || isNoMore(is, was)) return;
    for (const memo of this.#memos.values()) memo.isOver = true;
  }
}

/** A caller at a cluster, for look-ups: whoever vouched for them is part of it. */
export function keyOfUser({ realm }: UserIdentity, username: string, groups: readonly string[]): string {
  return JSON.stringify([realm, username, [...groups].sort()]);
}
