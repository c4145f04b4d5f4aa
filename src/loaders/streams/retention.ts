import type { FleetCache } from "../../cache/fleet-cache.ts";
import type { ClusterRegistry } from "../../cluster/cluster.ts";
import { toResourceName } from "../../kube/resource-id.ts";
import type { ResourceId } from "../../kube/resource-id.ts";
import type { StreamSelection } from "./stream-selection.ts";

export interface RetentionOptions {
  readonly cache: Pick<FleetCache, "retain">;
  readonly registry: Pick<ClusterRegistry, "subscribe">;
  readonly resources: readonly ResourceId[];
  /** Aborting it releases everything. */
  readonly signal: AbortSignal;
}

/** Keeps the kinds of a stream held that are not always cached. */
export interface Retention {
  /** From now on those that the selection covers, in clusters that join later as well; what it covers no more is let go. */
  retain(select: () => StreamSelection): void;
  release(): void;
}

export function createRetention({ cache, registry, resources, signal }: RetentionOptions): Retention {
  const held = new Map<`${string} ${string}`, () => void>();
  let select: (() => StreamSelection) | undefined;
  const update = (): void => {
    if (select === undefined) return;
    const current = select();
    const wanted = new Map(
      current
        .pairs()
        .flatMap(({ cluster, resource: name }) =>
          resources
            .filter((resource) => toResourceName(resource) === name && current.covers(cluster, name))
            .map((resource) => [`${cluster} ${name}`, { cluster, resource }] as const),
        ),
    );
    for (const [key, { cluster, resource }] of wanted) {
      if (!held.has(key)) held.set(key, cache.retain(cluster, resource));
    }
    for (const [key, undo] of held) {
      if (wanted.has(key)) continue;
      held.delete(key);
      undo();
    }
  };
  const unsubscribe =
    resources.length === 0
      ? (): void => {}
      : registry.subscribe(({ type }) => {
          if (type === "joined") update();
        });
  const release = (): void => {
    select = undefined;
    unsubscribe();
    signal.removeEventListener("abort", release);
    for (const undo of held.values()) undo();
    held.clear();
  };
  if (signal.aborted) release();
  else signal.addEventListener("abort", release, { once: true });
  return {
    retain(now) {
      if (signal.aborted) return;
      select = now;
      update();
    },
    release,
  };
}
