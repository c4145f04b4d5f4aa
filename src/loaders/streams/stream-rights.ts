import type { Access, Authorizer } from "../../auth/access.ts";
import type { Identity } from "../../kube/identity.ts";
import type { ResourceId } from "../../kube/resource-id.ts";

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
  /** What the stream reads, where nobody named it when these rights were asked for. */
  readonly resources: readonly ResourceId[];
}

/** Follows from now on, so that a stream that is still being opened misses nothing; until it is closed. */
export function createStreamRights(options: StreamRightsOptions): StreamRights {
  return new FollowedRights(options);
}

class FollowedRights implements StreamRights {
  readonly #unfollow: () => void;
  #access: Access;
  #listener: (() => void) | undefined;
  #isTelling = false;
  #isClosed = false;

  constructor({ identity, authorizer, access, resources }: StreamRightsOptions) {
    this.#access = access;
    this.#unfollow = authorizer.follow(identity, access, (now) => this.#changed(now), resources);
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
      const key = `${JSON.stringify(identity)} ${access.key} ${access.about ?? ""}`;
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
    // What the streams read was named when these rights were asked for.
    this.#rights = createStreamRights({ identity, authorizer, access, resources: [] });
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

/** The rights as streams use them: what may be listed but not watched is not to be seen in them. */
export function toWatching(access: Access): Access {
  return {
    key: access.key,
    list: access.watch,
    watch: access.watch,
    state: (cluster) => access.state(cluster),
    gets: (partition, name) => access.gets(partition, name),
    may: (question) => access.may(question),
    settle: (cluster, resource, waiting) => access.settle(cluster, resource, waiting),
  };
}
