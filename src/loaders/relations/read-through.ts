import DataLoader from "dataloader";
import type { Cluster } from "../../cluster/cluster.ts";
import { isKubeError, KubeError } from "../../kube/kube-error.ts";
import { formatKey } from "../../kube/object-key.ts";
import { prepareObject } from "../../kube/prepare-object.ts";
import { toResourceName } from "../../kube/resource-id.ts";
import type { ResourceId } from "../../kube/resource-id.ts";
import type { AnyRow } from "../../kube/rows/row.ts";
import { toRow } from "../../kube/rows/to-row.ts";
import type { LoaderOptions } from "../operation.ts";
import { within } from "../within.ts";

export interface LiveKey {
  readonly cluster: Cluster;
  readonly resource: ResourceId;
  /** "" for a cluster-scoped object. */
  readonly namespace: string;
  readonly name: string;
}

/** Reads one object from its cluster, as the caller; null where it is missing. Rejects with KubeError. One call for each object and operation. */
export type ReadThrough = (key: LiveKey) => Promise<AnyRow | null>;

export function createReadThrough(options: LoaderOptions): ReadThrough {
  const read = async ({ cluster, resource, namespace, name }: LiveKey): Promise<AnyRow | null> => {
    const { identity, signal, clock, limits } = options;
    try {
      const object = await within({ ms: limits.readThroughMs, clock, signal }, (bounded) =>
        cluster.client.get(
          resource,
          { name, ...(namespace === "" ? {} : { namespace }) },
          { signal: bounded, as: identity },
        ),
      );
      const prepared = prepareObject(object, resource);
      if (prepared === undefined) throw malformed(cluster, namespace, name);
      const { labelManagers } = prepared;
      return toRow(resource, cluster.name, prepared.object, {
        observedAtMs: clock.now(),
        source: "LIVE",
        labelManagers,
      });
    } catch (error) {
      if (isKubeError(error, "NotFound")) return null;
      throw error;
    }
  };
  // Few operations read anything live.
  let loader: DataLoader<LiveKey, AnyRow | null, string> | undefined;
  const createLoader = (): DataLoader<LiveKey, AnyRow | null, string> => new DataLoader<LiveKey, AnyRow | null, string>(
    (keys) => Promise.all(keys.map((key) => read(key).catch((error: unknown) => error as Error))),
    { cacheKeyFn: ({ cluster, resource, namespace, name }) => `${toResourceName(resource)} ${formatKey({ cluster: cluster.name, namespace, name })}` },
  ); // prettier-ignore
  return (key) => (loader ??= createLoader()).load(key);
}

function malformed(cluster: Cluster, namespace: string, name: string): KubeError {
  return new KubeError({
    reason: "MalformedResponse",
    message: `the cluster answered with something else than ${formatKey({ cluster: cluster.name, namespace, name })}`,
    cluster: cluster.name,
  });
}
