import { randomBytes } from "node:crypto";
import type { Random } from "../../lib/backoff.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import { knownResources } from "../../kube/known-resources.ts";
import { systemIdentity } from "../../kube/identity.ts";
import type { KubeObject } from "../../kube/object.ts";
import { toApiVersion } from "../../kube/resource-id.ts";
import { invariant } from "../../lib/invariant.ts";
import type { LogSource } from "../api-context.ts";
import type { StaticToken } from "../auth/static-tokens.ts";
import { createEmbeddedApi } from "../embedded-api.ts";
import type { EmbeddedApi } from "../embedded-api.ts";
import { createCertificateAuthority } from "./certificates.ts";
import type { KeyPair } from "./certificates.ts";
import { createControllerManager } from "./controller-manager.ts";
import type { KubeletOptions } from "./controllers/kubelet.ts";
import { listenHttps } from "./https-listener.ts";
import type { HttpsListener } from "./https-listener.ts";
import { seedCluster } from "./seed/seed-cluster.ts";
import { toSeedObjects } from "./seed/seed-objects.ts";
import type { SeedObject } from "./seed/seed-objects.ts";
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
  /** Bearer tokens it knows from the start. */
  readonly tokens?: readonly StaticToken[];
  /** Created besides the plan before it is reached, in this order; namespaces, roles and bindings, say. */
  readonly objects?: readonly KubeObject[];
}

/** Somebody of a plan, with their bearer token. */
export interface EmbeddedPerson {
  readonly name: string;
  readonly token: string;
}

/** A Kubernetes cluster in this process, serving its API over HTTPS on loopback. */
export interface EmbeddedCluster {
  readonly name: string;
  /** "https://127.0.0.1:PORT". */
  readonly url: string;
  readonly caPem: string;
  /** A client certificate of group system:masters. */
  readonly admin: KeyPair;
  /** Who else has a token from the start, by the plan; tokens are others each time. */
  readonly people: readonly EmbeddedPerson[];
  /** uid of kube-system, another one each time. */
  readonly uid: string;
  readonly api: EmbeddedApi;
  /** Stops controllers and listener; resolves when nothing is left. */
  close(): Promise<void>;
}

/** As long as a small image takes, so that a first look at the demo sees things start. */
const demoKubelet: KubeletOptions = { startMs: 400, jobMs: 3_000, stopMs: 300 };

/** Resolves once it serves and its plan is created; what the plan starts is still starting then. Leaves nothing behind where it throws. */
export async function startEmbeddedCluster(options: EmbeddedClusterOptions): Promise<EmbeddedCluster> {
  const { name, plan, clock, random, kubelet = demoKubelet } = options;
  const logger = options.logger.child({ embedded: name });
  const people = (plan?.people ?? []).map((person) => ({ ...person, token: createToken() }));
  const theirs = people.map(({ name: username, groups, token }) => ({ username, groups, token }));
  const api = createEmbeddedApi({ name, clock, random, logger, tokens: [...theirs, ...(options.tokens ?? [])] });
  const stop = new AbortController();
  const { signal } = stop;
  const setLogSource = (source: LogSource): void => api.setLogSource(source);
  const controllers = createControllerManager({ client: api.client, clock, random, logger, kubelet, setLogSource });
  const running = controllers.run(signal);
  try {
    await controllers.ready;
    if (plan !== undefined) await seedCluster(api.client, toSeedObjects(plan, timestamp(clock)), signal);
    await seedCluster(api.client, await toSeeds(api, options.objects ?? [], signal), signal);
    const as = systemIdentity("embedded start");
    const kubeSystem = await api.client.get(knownResources.namespaces, { name: "kube-system" }, { signal, as });
    const { listener, caPem, admin } = await listen(api, options);
    return {
      name,
      url: listener.url,
      caPem,
      admin,
      people,
      uid: kubeSystem.metadata.uid ?? "",
      api,
      async close() {
        stop.abort(new Error("embedded cluster stops"));
        await Promise.all([running, listener.close()]);
      },
    };
  } catch (error) {
    stop.abort(error);
    await running;
    throw error;
  }
}

/** Nobody guesses it: whoever reaches the port may try, and the port is open to every user of this machine. */
function createToken(): string {
  return randomBytes(24).toString("base64url");
}

/** Each object with the resource that the cluster serves it under. */
async function toSeeds(
  { client, name }: EmbeddedApi,
  objects: readonly KubeObject[],
  signal: AbortSignal,
): Promise<readonly SeedObject[]> {
  if (objects.length === 0) return [];
  const served = await client.discover({ signal, as: systemIdentity("embedded start") });
  return objects.map((object) => {
    const { apiVersion, kind } = object;
    const resource = served.find((candidate) => toApiVersion(candidate) === apiVersion && candidate.kind === kind);
    invariant(resource !== undefined, `embedded cluster ${name} serves ${apiVersion} ${kind}`);
    return { resource, object };
  });
}

async function listen(
  { handler }: EmbeddedApi,
  { name, clock, port = 0 }: EmbeddedClusterOptions,
): Promise<{ readonly listener: HttpsListener; readonly caPem: string; readonly admin: KeyPair }> {
  const authority = await createCertificateAuthority(name, clock);
  const [serving, admin] = await Promise.all([
    authority.serving(["localhost", "kubernetes"], ["127.0.0.1"]),
    authority.client("embedded-admin", ["system:masters"]),
  ]);
  const listener = await listenHttps({ handler, serving, clientCaPem: authority.caPem, port });
  return { listener, caPem: authority.caPem, admin };
}
