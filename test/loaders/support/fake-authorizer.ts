import type { Access, AccessState, Authorizer, Extent, Scope } from "../../../src/auth/access.ts";
import type { PartitionKey } from "../../../src/cache/fleet-cache.ts";

/** What somebody may see of a cluster: all of it, some namespaces; nothing is known, or nothing is allowed. */
export type FakeRights = "all" | "none" | "unavailable" | ReadonlySet<string>;
export type FakeFleetRights = Readonly<Record<string, FakeRights>>;

/** Rights that change when they are told to; all callers have the same. */
export interface FakeAuthorizer extends Authorizer {
  readonly rights: FakeFleetRights;
  /** Those who follow. */
  readonly followers: number;
  change(rights: FakeFleetRights): void;
}

export function createFakeAuthorizer(initial: FakeFleetRights): FakeAuthorizer {
  const followers = new Set<(now: Access) => void>();
  let rights = initial;
  return {
    get rights() {
      return rights;
    },
    get followers() {
      return followers.size;
    },
    access: () => createFakeAccess(rights),
    follow(_identity, current, onChange) {
      let key = current.key;
      const follower = (now: Access): void => {
        if (now.key === key) return;
        key = now.key;
        onChange(now);
      };
      followers.add(follower);
      follower(createFakeAccess(rights));
      return () => void followers.delete(follower);
    },
    change(next) {
      rights = next;
      for (const follower of followers) follower(createFakeAccess(rights));
    },
  };
}

export function createFakeAccess(rights: FakeFleetRights): Access {
  const key = JSON.stringify(Object.entries(rights).map(([name, one]) => [name, one instanceof Set ? [...one].sort((a, b) => (a < b ? -1 : 1)) : one])); // prettier-ignore
  const scope: Scope = { key, sees: (partition) => isSeen(rights, partition), extent: (cluster) => extentOf(rights[cluster]) }; // prettier-ignore
  return {
    key,
    state: (cluster) => stateOf(rights[cluster]),
    list: scope,
    watch: scope,
    gets: (partition) => isSeen(rights, partition),
    may: () => false,
    settle: () => undefined,
  };
}

export function isSeen(
  rights: FakeFleetRights,
  { cluster, namespace }: Pick<PartitionKey, "cluster" | "namespace">,
): boolean {
  const one = rights[cluster];
  return one === "all" || (one instanceof Set && one.has(namespace));
}

function stateOf(rights: FakeRights | undefined): AccessState {
  if (rights === undefined || rights === "none") return "none";
  return rights === "unavailable" ? "unavailable" : "known";
}

function extentOf(rights: FakeRights | undefined): Extent {
  if (rights === "all") return "all";
  return rights instanceof Set && rights.size > 0 ? "some" : "none";
}
