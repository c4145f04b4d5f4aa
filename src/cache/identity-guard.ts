import { KubeError, isKubeError } from "../kube/kube-error.ts";
import { knownResources } from "../kube/known-resources.ts";
import { systemIdentity } from "../kube/identity.ts";
import type { Clock } from "../lib/clock.ts";
import { untilAborted, withDeadline } from "./child-abort.ts";
import type { CachedCluster } from "./cached-cluster.ts";

export interface ConfirmOptions {
  /** uid of kube-system that the rows belong to. */
  readonly uid: string;
  /** clock.monotonic() of the break: an answer from before it proves nothing. */
  readonly brokenAt: number;
  readonly signal: AbortSignal;
}

/**
 * Asks, after a link broke, whether it is still the same cluster that answers. A list of another cluster would delete every row, and its
 * watch would mix in foreign ones, before the registry's next probe could tell.
 */
export interface IdentityGuard {
  /**
   * Resolves when the cluster with this uid answered after the break, or it does not let us look; throws KubeError: "IdentityChanged", or what the link failed
   * with. One request for all reflectors of the cluster.
   */
  confirm(options: ConfirmOptions): Promise<void>;
}

export interface IdentityGuardOptions {
  readonly cluster: CachedCluster;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

export function createIdentityGuard({ cluster, clock, timeoutMs }: IdentityGuardOptions): IdentityGuard {
  let asked: { readonly at: number; readonly uid: Promise<string | undefined> } | undefined;
  const ask = async (): Promise<string | undefined> => {
    const as = systemIdentity("cache: is it the same cluster?");
    const expired = (): Error =>
      new KubeError({ reason: "Timeout", cluster: cluster.name, message: "no answer about the cluster's identity" });
    try {
      const namespace = await withDeadline({ clock, ms: timeoutMs, signal: cluster.signal, expired }, (signal) =>
        cluster.client.get(knownResources.namespaces, { name: "kube-system" }, { signal, as }),
      );
      return namespace.metadata.uid;
    } catch (error) {
      // Who may not look at kube-system has to believe the registry.
      if (isKubeError(error, "Forbidden")) return undefined;
      throw error;
    }
  };
  return {
    async confirm({ uid, brokenAt, signal }) {
      if (asked === undefined || asked.at <= brokenAt) {
        const current = { at: clock.monotonic(), uid: ask() };
        asked = current;
        current.uid.catch(() => {
          if (asked === current) asked = undefined;
        });
      }
      const found = await untilAborted(asked.uid, signal);
      if (found === undefined || found === uid) return;
      asked = undefined;
      const message = `another cluster answers: kube-system has uid ${found}, expected ${uid}`;
      throw new KubeError({ reason: "IdentityChanged", cluster: cluster.name, message });
    },
  };
}
