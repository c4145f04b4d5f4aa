import type { Random } from "../../lib/backoff.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import { knownResources } from "../../kube/known-resources.ts";
import { systemIdentity } from "../../kube/identity.ts";
import { createEmbeddedApi } from "../embedded-api.ts";
import { createCertificateAuthority } from "./certificates.ts";
import type { KeyPair } from "./certificates.ts";
import { createControllerManager } from "./controller-manager.ts";
import type { KubeletOptions } from "./controllers/kubelet.ts";
import { listenHttps } from "./https-listener.ts";
import { seedCluster } from "./seed/seed-cluster.ts";
import { toSeedObjects } from "./seed/seed-objects.ts";
import type { SeedPlan } from "./seed/seed-plan.ts";
import { timestamp } from "./controllers/controller.ts";

export interface EmbeddedClusterOptions {
  readonly name: string;
  /** What it begins with; unset = nothing but what every cluster has. */
  readonly plan?: SeedPlan;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly kubelet?: KubeletOptions;
  /** Loopback port; 0 = any free one. */
  readonly port?: number;
}

/** A Kubernetes cluster in this process, serving its API over HTTPS on loopback. */
export interface EmbeddedCluster {
  readonly name: string;
  /** "https://127.0.0.1:PORT". */
  readonly url: string;
  readonly caPem: string;
  /** A client certificate of group system:masters. */
  readonly admin: KeyPair;
  /** uid of kube-system, another one each time. */
  readonly uid: string;
  readonly api: ReturnType<typeof createEmbeddedApi>;
  /** Stops controllers and listener; resolves when nothing is left. */
  close(): Promise<void>;
}

/** As long as a small image takes, so that a first look at the demo sees things start. */
const demoKubelet: KubeletOptions = { startMs: 400, jobMs: 3_000, stopMs: 300 };

export async function startEmbeddedCluster(options: EmbeddedClusterOptions): Promise<EmbeddedCluster> {
  const { name, plan, clock, random, kubelet = demoKubelet, port = 0 } = options;
  const logger = options.logger.child({ embedded: name });
  const api = createEmbeddedApi({ name, clock, random, logger });
  const stop = new AbortController();
  const { signal } = stop;
  const controllers = createControllerManager({
    client: api.client,
    clock,
    random,
    logger,
    kubelet,
    setLogSource: (source) => api.setLogSource(source),
  });
  const running = controllers.run(signal);
  await controllers.ready;
  if (plan !== undefined) await seedCluster(api.client, toSeedObjects(plan, timestamp(clock)), signal);
  const authority = await createCertificateAuthority(name, clock);
  const listener = await listenHttps({
    handler: api.handler,
    serving: await authority.serving(["localhost", "kubernetes"], ["127.0.0.1"]),
    clientCaPem: authority.caPem,
    port,
  });
  const as = systemIdentity("embedded start");
  const kubeSystem = await api.client.get(knownResources.namespaces, { name: "kube-system" }, { signal, as });
  return {
    name,
    url: listener.url,
    caPem: authority.caPem,
    admin: await authority.client("embedded-admin", ["system:masters"]),
    uid: kubeSystem.metadata.uid ?? "",
    api,
    async close() {
      stop.abort(new Error("embedded cluster stops"));
      await Promise.all([running, listener.close()]);
    },
  };
}
