import type { ClusterRegistry } from "../cluster/cluster.ts";
import type { UserIdentity } from "../kube/identity.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { createIssuerHints } from "./issuer-hints.ts";
import { createRealm } from "./realm.ts";
import type { KeyAnswer, Realm, RealmAnswer, ReviewCounts, TokenLane } from "./realm.ts";
import { readTokenClaims } from "./token-claims.ts";
import type { TokenClaims } from "./token-claims.ts";

/** Whose token it is, as far as the realms say. */
export type TokenVerdict =
  | { readonly type: "vouched"; readonly identity: UserIdentity }
  /** All were asked and all said no. */
  | { readonly type: "refused" }
  /** Several vouch for it: whose it is cannot be told. */
  | { readonly type: "disputed" }
  /** None vouched, and one could not be asked. */
  | { readonly type: "unavailable" }
  /** None vouched, and one is asked about too many tokens already. */
  | { readonly type: "busy" };

export interface TokenCourtOptions {
  readonly registry: ClusterRegistry;
  readonly audiences: readonly string[];
  /** Names of the clusters that may vouch; none named: all. */
  readonly realms: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
}

type Member = readonly [name: string, realm: Realm];

/** Puts tokens to the realms. */
export interface TokenCourt {
  /**
   * Never rejects. The first yes counts, and the others have `agreeMs` more to say another; `onDispute` is called where one says it still later. A
   * realm that is out of reach holds up nobody whom another vouches for.
   */
  judge(token: string, lane: TokenLane, onDispute: () => void): Promise<TokenVerdict>;
  /** By the name of the realm. */
  counts(): readonly (readonly [string, ReviewCounts])[];
  close(): void;
}

/** What the realms that have not answered yet get, once one has said yes: many times what a review takes, and no delay one would notice. */
const agreeMs = 100;

export function createTokenCourt(options: TokenCourtOptions): TokenCourt {
  const { registry, clock, logger } = options;
  const hints = createIssuerHints(clock);
  const realms = followRealms(options);

  return {
    async judge(token, lane, onDispute) {
      const claims = readTokenClaims(token);
      const all = await candidates(claims);
      // Where some are left out by their keys, hints would only say less.
      const isOpen = all.length === members().length;
      const hinted = isOpen ? hints.find(claims) : undefined;
      const first = hinted === undefined ? [] : all.filter(([name]) => name === hinted);
      if (first.length > 0) {
        const { verdict } = await ask(token, lane, first, onDispute);
        // Only a plain no may mean that another cluster has the same key.
        if (verdict.type !== "refused") return verdict;
      }
      const rest = all.filter((realm) => !first.includes(realm));
      const { verdict, heardAll } = await ask(token, lane, rest, onDispute);
      // While one is out of reach another could make itself the realm of its tokens.
      if (verdict.type === "vouched" && isOpen && heardAll) hints.note(claims, verdict.identity.realm);
      return verdict;
    },
    counts: () => members().map(([name, { counts }]) => [name, counts]),
    close: () => realms.close(),
  };

  /** Who may have to do with such a token: where it names a key, whoever has that; of a ServiceAccount's nobody else. */
  async function candidates({ keyId, isServiceAccount }: TokenClaims): Promise<readonly Member[]> {
    const all = members();
    if (keyId === undefined || all.length < 2) return all;
    const answers = await soon(
      all.map(([, realm]) => realm.signsWith(keyId)),
      clock,
    );
    const having = (answer: KeyAnswer): readonly Member[] =>
      all.filter((_, at) => (answers[at] ?? "unknown") === answer);
    const signers = having("yes");
    return signers.length > 0 ? signers : isServiceAccount ? having("unknown") : all;
  }

  function members(): readonly Member[] {
    return registry.list().flatMap(({ name, status }) => {
      const realm = realms.get(name);
      // The same cluster a second time is none of its own; it is asked under its first name.
      return realm === undefined || status.identity.state === "duplicate" ? [] : [[name, realm] as const];
    });
  }

  function ask(
    token: string,
    lane: TokenLane,
    asked: readonly Member[],
    onDispute: () => void,
  ): Promise<{ readonly verdict: TokenVerdict; readonly heardAll: boolean }> {
    const { expiresAtMs } = readTokenClaims(token);
    return new Promise((resolve) => {
      const answers: RealmAnswer["type"][] = [];
      let found: UserIdentity | undefined;
      let isOver = false;
      let cancel = (): void => {};
      const end = (verdict: TokenVerdict): void => {
        isOver = true;
        cancel();
        const heardAll =
          answers.length === asked.length && !answers.some((type) => type === "unknown" || type === "busy");
        resolve({ verdict, heardAll });
      };
      const hear = (realm: string, answer: RealmAnswer): void => {
        answers.push(answer.type);
        if (answer.type === "yes" && found !== undefined) {
          logger.warn("a token is refused: several clusters vouch for it", { realms: [found.realm, realm] });
          return isOver ? onDispute() : end({ type: "disputed" });
        }
        if (answer.type === "yes") {
          const expiry = expiresAtMs === undefined ? {} : { expiresAtMs };
          const identity: UserIdentity = { kind: "user", ...answer.user, realm, ...expiry };
          found = identity;
          cancel = clock.setTimer(() => end({ type: "vouched", identity }), agreeMs);
        }
        if (isOver || answers.length < asked.length) return;
        end(found === undefined ? withoutYes(answers) : { type: "vouched", identity: found });
      };
      if (asked.length === 0) return end({ type: "refused" });
      for (const [name, realm] of asked) void realm.review(token, lane).then((answer) => hear(name, answer));
    });
  }
}

/** The answers by their places, and none where one has not come when another has been yes for `agreeMs`. */
function soon(asked: readonly Promise<KeyAnswer>[], clock: Clock): Promise<readonly (KeyAnswer | undefined)[]> {
  return new Promise((resolve) => {
    const answers = asked.map((): KeyAnswer | undefined => undefined);
    let left = asked.length;
    let cancel: (() => void) | undefined;
    const end = (): void => {
      cancel?.();
      resolve(answers);
    };
    for (const [at, one] of asked.entries()) {
      void one.then((answer) => {
        answers[at] = answer;
        left -= 1;
        if (left === 0) end();
        else if (answer === "yes") cancel ??= clock.setTimer(end, agreeMs);
      });
    }
  });
}

function withoutYes(answers: readonly RealmAnswer["type"][]): TokenVerdict {
  if (answers.includes("busy")) return { type: "busy" };
  return { type: answers.includes("unknown") ? "unavailable" : "refused" };
}

/** The realms among the clusters, as they join and leave. */
function followRealms(options: TokenCourtOptions): { get(name: string): Realm | undefined; close(): void } {
  const { registry, realms } = options;
  const members = new Map<string, Realm>();
  const leave = (name: string): void => {
    members.get(name)?.close();
    members.delete(name);
  };
  const undo = registry.subscribe(({ type, cluster }) => {
    if (type !== "status") leave(cluster.name);
  });
  return {
    get(name) {
      if (realms.length > 0 && !realms.includes(name)) return undefined;
      const known = members.get(name);
      const cluster = registry.get(name);
      if (known !== undefined || cluster === undefined) return known;
      const realm = createRealm({ ...options, cluster });
      members.set(name, realm);
      return realm;
    },
    close() {
      undo();
      for (const name of members.keys()) leave(name);
    },
  };
}
