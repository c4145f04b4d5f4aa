import type { Access, Authorizer } from "../../auth/access.ts";
import type { Identity } from "../../kube/identity.ts";
import { toResourceName } from "../../kube/resource-id.ts";
import type { ResourceId } from "../../kube/resource-id.ts";
import { alwaysCached } from "../../kube/known-resources.ts";

/** Who is to be told that rights changed. */
export interface RightsListener {
  /** Called after they changed, never from within a cache's event: what was shown before it has been heard of. Of several changes in one turn only the end is told. */
  onRights(): void;
}

/** The rights of receivers while their streams live. */
export interface WatchedRights {
  /** As they are now. */
  readonly access: Access;
  follow(listener: RightsListener): void;
  /** Nothing is told to it any more; after the last one nothing is followed. */
  leave(listener: RightsListener): void;
}

/** The rights of one receiver while its stream lives. */
export interface StreamRights extends WatchedRights {
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
  readonly resources: readonly ResourceId[];
  readonly clusters: () => readonly string[];
  readonly signal: AbortSignal;
}

/** Follows from now on, so that a stream that is still being opened misses nothing; until it is closed. */
export function createStreamRights(options: StreamRightsOptions): StreamRights {
  return new FollowedRights(options);
}

class FollowedRights implements StreamRights {
  readonly #signal: AbortSignal;
  readonly #resources: readonly ResourceId[];
  readonly #clusters: () => readonly string[];
  readonly #unfollow: () => void;
  #access: Access;
  #listener: (() => void) | undefined;
  #isTelling = false;
  #isClosed = false;

  constructor({ identity, authorizer, access, resources, clusters, signal }: StreamRightsOptions) {
    this.#access = access;
    this.#resources = resources.filter((resource) => !cachedNames.has(toResourceName(resource)));
    this.#clusters = clusters;
    this.#signal = signal;
    this.#unfollow = authorizer.follow(identity, access, (now) => this.#changed(now));
  }

  get access(): Access {
    return this.#access;
  }

  onChange(listener: () => void): void {
    this.#listener = listener;
  }

  follow(listener: RightsListener): void {
    this.onChange(() => listener.onRights());
  }

  leave(): void {
    this.close();
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unfollow();
  }

  #changed(now: Access): void {
    this.#access = now;
    this.#tell();
    const settling = this.#resources.flatMap((resource) => this.#clusters().flatMap((cluster) => now.settle(cluster, resource, this.#signal) ?? [])); // prettier-ignore
    if (settling.length === 0) return;
    void Promise.all(settling).then(() => {
      if (this.#access === now) this.#tell();
    });
  }

  #tell(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    queueMicrotask(() => {
      this.#isTelling = false;
      if (!this.#isClosed) this.#listener?.();
    });
  }
}

/** Rights that the streams of one caller have in common: thousands of them are followed as one. */
export interface RightsPool {
  /** To be followed at once. */
  take(options: Pick<StreamRightsOptions, "identity" | "authorizer" | "access">): WatchedRights;
}

export function createRightsPool(): RightsPool {
  const pooled = new Map<string, PooledRights>();
  return {
    take(options) {
      const { identity, access } = options;
      const key = `${JSON.stringify(identity)} ${access.key}`;
      const known = pooled.get(key);
      // What has changed since is not what the new stream starts with.
      if (known?.access.key === access.key) return known;
      const rights = new PooledRights(options, () => {
        if (pooled.get(key) === rights) pooled.delete(key);
      });
      pooled.set(key, rights);
      return rights;
    },
  };
}

class PooledRights implements WatchedRights {
  readonly #rights: StreamRights;
  readonly #listeners = new Set<RightsListener>();
  readonly #onEmpty: () => void;

  constructor(options: Pick<StreamRightsOptions, "identity" | "authorizer" | "access">, onEmpty: () => void) {
    const { identity, authorizer, access } = options;
    // Nothing has to be asked for of what is always cached, so that nothing is to be ended.
    const { signal } = new AbortController();
    this.#rights = createStreamRights({ identity, authorizer, access, resources: [], clusters: () => [], signal });
    this.#rights.onChange(() => {
      for (const listener of this.#listeners) listener.onRights();
    });
    this.#onEmpty = onEmpty;
  }

  get access(): Access {
    return this.#rights.access;
  }

  follow(listener: RightsListener): void {
    this.#listeners.add(listener);
  }

  leave(listener: RightsListener): void {
    if (!this.#listeners.delete(listener) || this.#listeners.size > 0) return;
    this.#rights.close();
    this.#onEmpty();
  }
}

const cachedNames = new Set(alwaysCached.map(toResourceName));

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
