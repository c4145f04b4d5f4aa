import type { KubeAccess } from "../clusters/kube-access.ts";
import { createEtcdClient } from "../clients/etcd-client.ts";
import type { PodKey } from "./pod-changer.ts";
import { createSeededRandom } from "./seeded-random.ts";
import { withNumber } from "./stored-object.ts";

/** An object by where its kube-apiserver keeps it. */
export interface StoredKey {
  /** Of etcd. */
  readonly url: string;
  /** "/registry/pods/team-07/checkout-017-x" */
  readonly path: string;
}

/**
 * Changes objects where kube-apiserver keeps them: its watches tell of it as of any other change, while the machine is spared what taking in a patch and
 * answering it costs (5.6 ms of processor time), which no fleetgraph has beside it.
 */
export interface StoredChanger<Key extends StoredKey> {
  /** Raises the number in one of them, the same ones in every run. Rejects where it is not there any more. */
  change(): Promise<Key & { readonly resourceVersion: string }>;
  close(): void;
}

/** Of so many at most, so that most of them have been read before anything is measured. */
const most = 2_000;

/** Those of the objects that are changed: the same ones in every run. */
export function pickStored<Key extends StoredKey>(keys: readonly Key[]): readonly Key[] {
  const random = createSeededRandom(13);
  return keys.length <= most ? keys : Array.from({ length: most }, () => random.pick(keys));
}

/** `field`: path of the number in the stored object. */
export function createStoredChanger<Key extends StoredKey>(
  keys: readonly Key[],
  field: readonly number[],
): StoredChanger<Key> {
  const urls = new Set(keys.map(({ url }) => url));
  const stores = new Map([...urls].map((url) => [url, createEtcdClient(url)]));
  const random = createSeededRandom(13);
  const some = pickStored(keys);
  // Nobody else changes them meanwhile.
  const known = new Map<Key, Buffer>();
  let count = 0;
  return {
    async change() {
      const key = random.pick(some);
      const store = stores.get(key.url)!;
      const changed = withNumber(known.get(key) ?? (await store.get(key.path)), field, ++count);
      known.set(key, changed);
      return { ...key, resourceVersion: await store.put(key.path, changed) };
    },
    close: () => {
      for (const store of stores.values()) store.close();
    },
  };
}

/** Where these pods are kept; none of clusters whose store cannot be written to. */
export function toStoredPods(
  clusters: readonly Pick<KubeAccess, "name" | "etcd">[],
  keys: readonly PodKey[],
): readonly (PodKey & StoredKey)[] {
  const urls = new Map(clusters.map(({ name, etcd }) => [name, etcd]));
  return keys.flatMap((key) => {
    const url = urls.get(key.cluster);
    return url === undefined ? [] : [{ ...key, url, path: `/registry/pods/${key.namespace}/${key.name}` }];
  });
}
