import type { Identity } from "../kube/identity.ts";
import type { ResourceId } from "../kube/resource-id.ts";
import type { Clock } from "../lib/clock.ts";
import { createSharedAbort } from "../lib/shared-abort.ts";
import type { Access } from "./access.ts";

export interface FollowersOptions {
  readonly clock: Clock;
  /** The rights as they are now. */
  readonly look: (identity: Identity, following: Following, signal: AbortSignal) => Access | Promise<Access>;
}

/** Rights that somebody has, and what of them they need to know. */
export interface Following {
  readonly current: Access;
  /** What they read besides what `current` was asked for about. */
  readonly reads: readonly ResourceId[];
}

/** Those who want to be told when their rights change. */
export interface Followers {
  follow(identity: Identity, following: Following & { readonly onChange: (now: Access) => void }): () => void;
  /** Something changed that may have changed rights: all are looked at shortly. */
  nudge(): void;
  close(): void;
}

/** Changes of roles and bindings come in bursts; each look reads them all. */
const coalesceMs = 100;
/**
 * Rights that are asked for, and those that grow too old, change without an event. Answers are asked for at each second look and told at the one after,
 * 7.5 s after whatever they missed.
 */
export const followEveryMs = 2_500;

interface Follower extends Following {
  readonly identity: Identity;
  readonly onChange: (now: Access) => void;
  current: Access;
  looking: boolean;
}

/** One timer for all; none while nobody follows. */
export function createFollowers({ clock, look }: FollowersOptions): Followers {
  const followers = new Set<Follower>();
  const closing = createSharedAbort();
  let cancelNudge: (() => void) | undefined;
  let cancelEvery: (() => void) | undefined;

  const tell = (follower: Follower, now: Access): void => {
    if (!followers.has(follower) || now.key === follower.current.key) return;
    follower.current = now;
    follower.onChange(now);
  };

  const lookAt = (follower: Follower): void => {
    if (follower.looking) return;
    const now = look(follower.identity, follower, closing.signal);
    if (!(now instanceof Promise)) return tell(follower, now);
    follower.looking = true;
    void now.then((access) => {
      follower.looking = false;
      tell(follower, access);
    });
  };

  const lookAtAll = (): void => {
    for (const follower of followers) lookAt(follower);
  };

  const arm = (): void => {
    if (cancelEvery !== undefined || closing.signal.aborted) return;
    cancelEvery = clock.setTimer(() => {
      cancelEvery = undefined;
      if (followers.size === 0) return;
      arm();
      lookAtAll();
    }, followEveryMs);
  };

  return {
    follow(identity, { current, reads, onChange }) {
      const follower: Follower = { identity, onChange, current, reads, looking: false };
      followers.add(follower);
      arm();
      return () => {
        followers.delete(follower);
        if (followers.size > 0) return;
        cancelEvery?.();
        cancelEvery = undefined;
      };
    },
    nudge() {
      if (followers.size === 0 || cancelNudge !== undefined || closing.signal.aborted) return;
      cancelNudge = clock.setTimer(() => {
        cancelNudge = undefined;
        lookAtAll();
      }, coalesceMs);
    },
    close() {
      closing.abort(new Error("nobody follows any more"));
      cancelNudge?.();
      cancelEvery?.();
      followers.clear();
    },
  };
}
