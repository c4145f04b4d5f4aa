import type { Access, Authorizer } from "../../auth/access.ts";
import type { Identity } from "../../kube/identity.ts";
import { toResourceName } from "../../kube/resource-id.ts";
import type { ResourceId } from "../../kube/resource-id.ts";
import { alwaysCached } from "../../kube/known-resources.ts";

/** The rights of one receiver while its stream lives. */
export interface StreamRights {
  /** As they are now. */
  readonly access: Access;
  /**
   * Called after they changed; one listener, which is never called from within a cache's event: what was shown before it has been heard of. The
   * last ones count: of several changes in one turn only the end is told.
   */
  onChange(listener: () => void): void;
  /** Nothing is followed any more. */
  close(): void;
}

export interface StreamRightsOptions {
  readonly identity: Identity;
  readonly authorizer: Authorizer;
  /** Those the stream starts with. */
  readonly access: Access;
  /** What the stream reads, where it is not always cached: what the caller may do with it must be asked for where a cluster comes into sight. */
  readonly resources: () => readonly ResourceId[];
  readonly clusters: () => readonly string[];
  readonly signal: AbortSignal;
}

/** Follows from now on, so that a stream that is still being opened misses nothing. */
export function createStreamRights(options: StreamRightsOptions): StreamRights {
  const { identity, authorizer, resources, clusters, signal } = options;
  let access = options.access;
  let listener = (): void => {};
  let isTold = true;
  let isClosed = false;

  const tell = (): void => {
    if (!isTold) return;
    isTold = false;
    queueMicrotask(() => {
      isTold = true;
      if (!isClosed) listener();
    });
  };
  const unfollow = authorizer.follow(identity, access, (now) => {
    access = now;
    tell();
    const settling = settle(now);
    if (settling === undefined) return;
    void settling.then(() => {
      if (access === now) tell();
    });
  });
  const settle = (now: Access): Promise<unknown> | undefined => {
    const pending = resources().flatMap((resource) =>
      isAlwaysCached(resource) ? [] : clusters().flatMap((cluster) => now.settle(cluster, resource, signal) ?? []),
    );
    return pending.length === 0 ? undefined : Promise.all(pending);
  };
  const close = (): void => {
    if (isClosed) return;
    isClosed = true;
    signal.removeEventListener("abort", close);
    unfollow();
  };
  if (signal.aborted) close();
  else signal.addEventListener("abort", close, { once: true });
  return {
    get access() {
      return access;
    },
    onChange: (next) => void (listener = next),
    close,
  };
}

const cachedNames = new Set(alwaysCached.map(toResourceName));

export function isAlwaysCached(resource: ResourceId): boolean {
  return cachedNames.has(toResourceName(resource));
}

/** The rights as streams use them: what may be listed but not watched is not to be seen in them. */
export function toWatching(access: Access): Access {
  return {
    key: access.key,
    list: access.watch,
    watch: access.watch,
    state: (cluster) => access.state(cluster),
    gets: (partition, name) => access.gets(partition, name),
    may: (question) => access.may(question),
    settle: (cluster, resource, signal) => access.settle(cluster, resource, signal),
  };
}
