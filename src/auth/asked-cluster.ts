import type { FleetCache, PartitionSnapshot } from "../cache/fleet-cache.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { UserIdentity } from "../kube/identity.ts";
import { knownResources } from "../kube/known-resources.ts";
import { isKubeError } from "../kube/kube-error.ts";
import type { ResourceId } from "../kube/resource-id.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { createSharedAbort } from "../lib/shared-abort.ts";
import { within as withinTime } from "../lib/within.ts";
import { reviewAccess, reviewRules } from "./access-reviews.ts";
import { answerMaxAgeMs, answerRefreshMs, AskedUser } from "./asked-user.ts";
import type { AskedState, Questions, Standing } from "./asked-user.ts";
import { followEveryMs } from "./followers.ts";
import type { InternTable } from "./intern-table.ts";
import type { Rights } from "./rights.ts";
import { createSemaphore } from "./semaphore.ts";

/** Reviews that one cluster works on at a time: a wide user of a cluster with many namespaces must not take all its slots. */
const maxAsking = 16;
/** How long one review may take; then the cluster counts as one that does not answer. */
const askMs = 3_000;
/** Callers whose answers are kept, no fewer than may follow theirs at a time; the one who asked longest ago goes first. */
const maxUsers = 10_000;
/** How often it is said that a cluster does not answer. */
const warnMs = 60_000;
/** Rounds of questions: everywhere, anything, kinds, namespaces, and what those left out; kinds and namespaces anew where there is nothing in all that. */
const maxRounds = 9;

export interface AskedClusterOptions {
  readonly cluster: Cluster;
  readonly cache: Pick<FleetCache, "snapshot">;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly intern: InternTable<Rights>;
}

/** The rights of callers in one cluster that must be asked; answers are shared by whoever is the same caller. */
export interface AskedCluster {
  /**
   * The rights as far as these kinds need them; undefined: the cluster does not say. `refresh`: for somebody who looks each `followEveryMs` and must
   * not act on what is older than ten seconds before they look again; they do not wait beyond that, but `leastMs` where they have known it in another way
   * until now. Never rejects.
   */
  rightsOf(
    user: AskedCaller,
    kinds: readonly ResourceId[],
    options?: { readonly refresh?: boolean; readonly leastMs?: number },
  ): Rights | undefined | Promise<Rights | undefined>;
  /**
   * For how long `rightsOf` says the same of a caller about these kinds, as long as there are the same namespaces; undefined where it may say something else
   * at any moment.
   */
  standing(caller: AskedCaller, kinds: readonly ResourceId[]): Standing | undefined;
  close(): void;
}

export interface AskedCaller {
  /** For look-ups; who they are at this cluster, and who vouched for them. */
  readonly key: string;
  readonly identity: UserIdentity;
}

export function createAskedCluster(options: AskedClusterOptions): AskedCluster {
  const { cluster, cache, clock, logger, intern } = options;
  const users = new Map<string, AskedUser>();
  const limit = createSemaphore(maxAsking);
  const closing = createSharedAbort();
  const namespaces = createNamespaceNames(cluster.name, cache);
  let warnedAtMs = -Infinity;
  let lastKey: string | undefined;

  const ask = <T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> =>
    limit(async () => {
      try {
        return await withinTime({ clock, ms: askMs, signals: [closing.signal, cluster.signal] }, work);
      } catch (error) {
        warn(error);
        throw error;
      }
    });

  const warn = (error: unknown): void => {
    if (closing.signal.aborted || clock.monotonic() - warnedAtMs < warnMs) return;
    warnedAtMs = clock.monotonic();
    const hint = isKubeError(error, "Forbidden") ? "fleetgraph needs the right to impersonate" : undefined;
    logger.warn("a cluster does not say what callers may do", { cluster: cluster.name, error, hint });
  };

  const find = ({ key, identity }: AskedCaller): AskedUser => {
    let known = users.get(key);
    if (known === undefined) {
      const questions: Questions = {
        rules: (namespace) => ask((signal) => reviewRules(namespace, { cluster, as: identity, signal })),
        allowed: (attributes) => ask((signal) => reviewAccess(attributes, { cluster, as: identity, signal })),
      };
      known = new AskedUser({ questions, namespaces, monotonic: () => clock.monotonic(), intern });
      const [oldest] = users.keys();
      if (users.size >= maxUsers && oldest !== undefined) users.delete(oldest);
      lastKey = undefined;
    }
    // The last in the map is the one who asked last.
    if (key !== lastKey) {
      users.delete(key);
      users.set(key, known);
      lastKey = key;
    }
    return known;
  };

  const within = (work: Promise<Rights | undefined>, ms: number): Promise<Rights | undefined> =>
    new Promise((resolve) => {
      const cancel = clock.setTimer(() => resolve(undefined), ms);
      void work.then((rights) => {
        cancel();
        resolve(rights);
      });
    });

  return {
    rightsOf(caller, kinds, { refresh = false, leastMs = 0 } = {}) {
      const known = find(caller);
      const mayAsk = (): boolean => cluster.status.health.state !== "DOWN" && !closing.signal.aborted;
      const maxAgeMs = refresh ? answerMaxAgeMs - followEveryMs : answerMaxAgeMs;
      const look = (refreshMs: number): AskedState => known.state(kinds, { mayAsk, refreshMs, maxAgeMs }); // prettier-ignore
      const first = look(refresh ? answerRefreshMs - 500 : answerRefreshMs);
      if (first.state === "known") return first.rights;
      if (first.state === "failed") return undefined;
      const goOn = async (state: AskedState, rounds: number): Promise<Rights | undefined> => {
        if (state.state === "known") return state.rights;
        if (state.state === "failed" || rounds === 0) return undefined;
        await state.done;
        return goOn(look(answerRefreshMs), rounds - 1);
      };
      const leftMs = Math.max(leastMs, known.askedAtMs(kinds) + maxAgeMs - clock.monotonic());
      // Who follows goes on by what they have while that counts, and no longer.
      if (refresh && leftMs <= 0) return undefined;
      const answer = goOn(first, maxRounds);
      return refresh ? within(answer, leftMs) : answer;
    },
    standing: ({ key }, kinds) => users.get(key)?.standing(kinds),
    close() {
      closing.abort(new Error("nobody asks any more"));
      users.clear();
      lastKey = undefined;
    },
  };
}

/** The names of a cluster's namespaces, as the cache has them; the same list until one comes or goes. */
function createNamespaceNames(cluster: string, cache: Pick<FleetCache, "snapshot">): () => readonly string[] {
  let seen: PartitionSnapshot | undefined;
  let names: readonly string[] = [];
  return () => {
    const now = cache.snapshot().resource(cluster, knownResources.namespaces.plural)?.partition("");
    if (now === seen) return names;
    seen = now;
    const next = now?.rows.map(({ name }) => name) ?? [];
    const isSame = next.length === names.length && next.every((name, at) => name === names[at]);
    if (!isSame) names = next;
    return names;
  };
}
