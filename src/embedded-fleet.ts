import type { ClusterConnection } from "./config/cluster-connection.ts";
import type { StaticToken } from "./embedded/auth/static-tokens.ts";
import { startBadDay } from "./embedded/world/bad-day.ts";
import { startEmbeddedCluster } from "./embedded/world/embedded-cluster.ts";
import type { EmbeddedCluster } from "./embedded/world/embedded-cluster.ts";
import { toKubeconfig } from "./embedded/world/embedded-kubeconfig.ts";
import { planFor } from "./embedded/world/seed/seed-plan.ts";
import type { KubeObject } from "./kube/object.ts";
import type { Random } from "./lib/backoff.ts";
import type { Clock } from "./lib/clock.ts";
import type { Logger } from "./lib/logger.ts";

export interface EmbeddedFleetOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Called with a kubeconfig for all that run, whenever one starts or stops. */
  readonly onKubeconfig?: (kubeconfig: string) => Promise<void>;
  /** `--faults`: the clusters have a bad day (see startBadDay), for as long as they run. */
  readonly faults?: boolean;
  /** What each begins with besides its plan: bearer tokens it knows, and objects, roles and bindings say. Unset = nothing. */
  readonly extras?: (cluster: string) => EmbeddedExtras | undefined;
}

export interface EmbeddedExtras {
  readonly tokens?: readonly StaticToken[];
  readonly objects?: readonly KubeObject[];
}

/** The embedded clusters of this process. */
export interface EmbeddedFleet {
  /** Starts one and says how to reach it; what runs under that name already is reached again. `seed` names its plan. */
  start(name: string, seed: string): Promise<ClusterConnection>;
  stop(name: string): Promise<void>;
  get(name: string): EmbeddedCluster | undefined;
  /** Whether a cluster with this uid of kube-system runs or ran here: it is another one after a restart, so nothing of it is worth keeping. */
  hasUid(uid: string): boolean;
  /** Stops all. */
  close(): Promise<void>;
}

export function createEmbeddedFleet(options: EmbeddedFleetOptions): EmbeddedFleet {
  const { clock, random, logger, onKubeconfig, faults = false, extras } = options;
  const running = new Map<string, { readonly cluster: EmbeddedCluster; readonly calm: () => void }>();
  const uids = new Set<string>();
  // Starts and stops one after another: a cluster that leaves and joins again under its name stops first.
  let last: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const result = last.then(work);
    last = result.catch(() => {});
    return result;
  };
  const writeKubeconfig = async (): Promise<void> => {
    await onKubeconfig?.(toKubeconfig(Array.from(running.values(), ({ cluster }) => cluster)));
  };
  const stopNow = async (name: string): Promise<void> => {
    const entry = running.get(name);
    if (entry === undefined) return;
    running.delete(name);
    entry.calm();
    await entry.cluster.close();
  };

  return {
    start: (name, seed) =>
      inTurn(async () => {
        let cluster = running.get(name)?.cluster;
        if (cluster === undefined) {
          cluster = await startEmbeddedCluster({ name, plan: planFor(seed), clock, random, logger, ...extras?.(name) });
          running.set(name, { cluster, calm: faults ? startBadDay({ name, api: cluster.api, clock }) : () => {} });
          uids.add(cluster.uid);
          await writeKubeconfig();
        }
        return toConnection(cluster);
      }),
    stop: (name) =>
      inTurn(async () => {
        await stopNow(name);
        await writeKubeconfig();
      }),
    get: (name) => running.get(name)?.cluster,
    hasUid: (uid) => uids.has(uid),
    close: () => inTurn(async () => void (await Promise.all([...running.keys()].map(stopNow)))),
  };
}

function toConnection({ url, caPem, admin }: EmbeddedCluster): ClusterConnection {
  return {
    endpoints: [{ url }],
    balance: "round-robin",
    tls: { ca: { pem: caPem }, insecureSkipVerify: false },
    clientCertificate: { certificate: { pem: admin.certPem }, key: { pem: admin.keyPem } },
    authentication: { type: "none" },
  };
}
