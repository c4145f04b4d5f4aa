import type { Cluster } from "../cluster/cluster.ts";
import { systemIdentity } from "../kube/identity.ts";
import type { Clock } from "../lib/clock.ts";
import { within } from "../lib/within.ts";
import type { KeyAnswer } from "./realm.ts";

export interface SigningKeysOptions {
  readonly cluster: Pick<Cluster, "client" | "signal">;
  readonly clock: Clock;
  readonly closing: AbortSignal;
}

/** How long the cluster may take to tell its keys; who waits for it is somebody who wants in. */
const askMs = 1_000;
/** Keys are asked for again no sooner than this, whatever keys made-up tokens name (T19). */
const floorMs = 10_000;

/**
 * Whether a cluster signs its ServiceAccounts' tokens with a key. Says nothing about any token: it only spares other clusters the sight of it (T20). A key
 * that it has named once stays its own; a new one is found when a token names it.
 */
export function createSigningKeys({
  cluster,
  clock,
  closing,
}: SigningKeysOptions): (keyId: string) => Promise<KeyAnswer> {
  const known = new Set<string>();
  let isTold = false;
  let askedAtMs = -Infinity;
  let asking: Promise<void> | undefined;

  const ask = async (): Promise<void> => {
    askedAtMs = clock.monotonic();
    try {
      const as = systemIdentity("signing keys");
      const ids = await within({ clock, ms: askMs, signals: [closing, cluster.signal] }, (signal) =>
        cluster.client.signingKeyIds({ signal, as }),
      );
      for (const id of ids) known.add(id);
      isTold = true;
    } catch {
      // Also where it told them before: it may have others by now.
      isTold = false;
    }
  };

  return async (keyId) => {
    if (!known.has(keyId) && clock.monotonic() - askedAtMs >= floorMs) asking = ask();
    if (!known.has(keyId)) await asking;
    return known.has(keyId) ? "yes" : isTold ? "no" : "unknown";
  };
}
