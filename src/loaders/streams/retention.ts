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
  /** From now on those that this selection covers, in clusters that join later as well; what it covers no more is let go. */
  retain(selection: StreamSelection): void;
  release(): void;
}

export function createRetention({ cache, registry, resources, signal }: RetentionOptions): Retention {
  const held = new Map<`${string} ${string}`, () => void>();
  let current: StreamSelection | undefined;
  const update = (): void => {
    if (current === undefined) return;
    const wanted = new Map(
      current
        .pairs()
        .flatMap(({ cluster, resource: name }) =>
          resources
            .filter((resource) => toResourceName(resource) === name && current?.covers(cluster, name) === true)
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
    current = undefined;
    unsubscribe();
    signal.removeEventListener("abort", release);
    for (const undo of held.values()) undo();
    held.clear();
  };
  if (signal.aborted) release();
  else signal.addEventListener("abort", release, { once: true });
  return {
    retain(selection) {
      if (signal.aborted) return;
      current = selection;
      update();
    },
    release,
  };
}
