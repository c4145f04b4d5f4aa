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
