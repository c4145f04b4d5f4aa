import type { HttpClient } from "../clients/http-client.ts";
import { createKubeHttp } from "../clusters/kube-access.ts";
import type { ClusterPair } from "../clusters/cluster-pair.ts";
import { inParallel } from "./in-parallel.ts";
import { createSeededRandom } from "./seeded-random.ts";

/** A pod by its names. */
export interface PodKey {
  readonly cluster: string;
  readonly namespace: string;
  readonly name: string;
}

/** A change as the API server answered it. */
export interface WrittenChange extends PodKey {
  readonly resourceVersion: string;
  /** performance.now() when the request was written, and when its answer was there. */
  readonly sentAt: number;
  readonly answeredAt: number;
}

/** Changes pods as kubelets do: a container's restart count rises, in the status, with a resourceVersion of its own. */
export interface PodChanger {
  readonly keys: readonly PodKey[];
  /** Some pod, the same in every run. */
  pick(matches?: (key: PodKey) => boolean): PodKey;
  change(key: PodKey): Promise<WrittenChange>;
  /** Changes that many different pods, spread over clusters and namespaces; the last written of each cluster come back. */
  changeMany(count: number): Promise<readonly WrittenChange[]>;
  close(): void;
}

const width = 8;

/** Answered by the metadata alone: what writes cost the machine is no figure of the bench. */
export const cheapPatch: Readonly<Record<string, string>> = {
  "content-type": "application/strategic-merge-patch+json",
  accept: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json",
};

/** `known`: the pods there are; unset: asks for them. */
export async function createPodChanger(
  { clusters }: Pick<ClusterPair, "clusters">,
  known?: readonly PodKey[],
): Promise<PodChanger> {
  const https = new Map<string, HttpClient>(clusters.map((access) => [access.name, createKubeHttp(access, width)]));
  const keys = known === undefined ? [] : [...known];
  if (known === undefined) for (const { name } of clusters) keys.push(...(await listKeys(name, https.get(name))));
  const random = createSeededRandom(11);
  // A value that no earlier run has written: a patch that changes nothing makes no event. Within int32, at up to 100 changes a second.
  let restarts = Math.floor((performance.timeOrigin / 1_000) % 20_000_000) * 100;

  const change = async (key: PodKey): Promise<WrittenChange> => {
    const { cluster, namespace, name } = key;
    const sentAt = performance.now();
    const answer = await https.get(cluster)?.send({
      method: "PATCH",
      path: `/api/v1/namespaces/${namespace}/pods/${name}/status?fieldManager=kubelet`,
      headers: cheapPatch,
      body: `{"status":{"containerStatuses":[{"name":"app","restartCount":${++restarts}}]}}`,
    });
    const body = answer?.body.toString() ?? "";
    // The pod's own comes first of all that are in it.
    const resourceVersion = /"resourceVersion":"(\d+)"/u.exec(body)?.[1];
    if (answer?.status !== 200 || resourceVersion === undefined)
      throw new Error(`PATCH ${name}: ${body.slice(0, 300)}`);
    return { ...key, resourceVersion, sentAt, answeredAt: performance.now() };
  };
  return {
    keys,
    pick(matches = () => true) {
      for (;;) {
        const key = random.pick(keys);
        if (matches(key)) return key;
      }
    },
    change,
    async changeMany(count) {
      const chosen = new Set<PodKey>();
      while (chosen.size < Math.min(count, keys.length)) chosen.add(random.pick(keys));
      const last = new Map<string, WrittenChange>();
      await inParallel(chosen, width * clusters.length, async (key) => {
        const written = await change(key);
        const before = last.get(key.cluster);
        if (before === undefined || BigInt(before.resourceVersion) < BigInt(written.resourceVersion)) {
          last.set(key.cluster, written);
        }
      });
      return [...last.values()];
    },
    close: () => {
      for (const http of https.values()) http.close();
    },
  };
}

async function listKeys(cluster: string, http: HttpClient | undefined): Promise<PodKey[]> {
  const answer = await http?.send({ path: "/api/v1/pods" });
  const { items } = JSON.parse(answer?.body.toString() ?? "{}") as {
    readonly items: readonly { readonly metadata: { readonly namespace: string; readonly name: string } }[];
  };
  return items.map(({ metadata: { namespace, name } }) => ({ cluster, namespace, name }));
}
