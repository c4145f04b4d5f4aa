import type { CacheEvent, FleetCache, ResourceSnapshot } from "../cache/fleet-cache.ts";
import { defaultTimings } from "../cache/timings.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { KubeObject } from "../kube/object.ts";
import { createRbac } from "../kube/rbac/rbac.ts";
import type { Rbac, RbacUser } from "../kube/rbac/rbac.ts";
import { rbacResources } from "../kube/rbac/rbac-resources.ts";
import { toResourceName } from "../kube/resource-id.ts";
import type { AnyRow } from "../kube/rows/row.ts";
import type { Clock } from "../lib/clock.ts";
import type { InternTable } from "./intern-table.ts";
import { createRights } from "./rights.ts";
import type { Rights } from "./rights.ts";

/** How far the roles and bindings we keep of a cluster may be gone by. */
export type RbacTrust =
  /** They are in step, or were a moment ago, or the cluster is out of reach and they are not too old. */
  | "good"
  /** They are not in step, and the cluster itself can be asked. */
  | "ask"
  /** Neither. */
  | "none";

/** How long a watch that broke may take to come back before the cluster is asked: with a look of the followers well within ten seconds (T06). */
export const rbacGraceMs = 5_000;
/**
 * How old the last proof of being in step may be, of each of the four kinds, for roles and bindings to count without asking. A watch that stalls and does not
 * break is noticed by its silence alone, and left for another; where that does not come within the time one that broke may take, the cluster is asked.
 */
export const rbacProofMs = defaultTimings.silentMs + rbacGraceMs;
/** How old roles and bindings of a cluster out of reach may be (T07). */
export const rbacMaxAgeMs = 3_600_000;

/** Distinct callers whose rights are remembered for one state of RBAC. */
const maxUsers = 10_000;

const names = [
  toResourceName(rbacResources.clusterRoles),
  toResourceName(rbacResources.roles),
  toResourceName(rbacResources.clusterRoleBindings),
  toResourceName(rbacResources.roleBindings),
] as const;

export interface RbacKeeperOptions {
  readonly cluster: Cluster;
  readonly cache: Pick<FleetCache, "snapshot" | "retain">;
  readonly clock: Clock;
  readonly intern: InternTable<Rights>;
}

/** Roles and bindings of one cluster, as the cache keeps them in step, and what they give somebody. */
export interface RbacKeeper {
  trust(): RbacTrust;
  /** By what is held, however old; undefined where nothing is. `user` has all the groups that the API server would add. */
  rightsOf(user: RbacUser): Rights | undefined;
  /** Whether the event may change the answers. */
  onEvent(event: CacheEvent): boolean;
  /** Lets go of the four kinds. */
  close(): void;
}

/** Begins to hold the four kinds; on behalf of fleetgraph itself, whoever asks. */
export function createRbacKeeper(options: RbacKeeperOptions): RbacKeeper {
  const { cluster, cache, clock, intern } = options;
  const releases = Object.values(rbacResources).map((resource) => cache.retain(cluster.name, resource));
  const parsed = new WeakMap<AnyRow, KubeObject | undefined>();
  const users = new Map<string, Rights>();
  /** The same by the user's object, of callers that come again and again. */
  let known = new WeakMap<RbacUser, Rights>();
  let rbac: Rbac | undefined;
  let brokenAtMs: number | undefined = clock.monotonic();
  let proof = { observedAtMs: Number.NaN, atMs: 0 };

  /** By the monotonic clock from when it was first seen on, so that a wall clock that jumps makes nothing old. */
  const proofAgeMs = (observedAtMs: number): number => {
    const now = clock.monotonic();
    if (observedAtMs !== proof.observedAtMs)
      proof = { observedAtMs, atMs: now - Math.max(0, clock.now() - observedAtMs) };
    return now - proof.atMs;
  };

  /** In the order of `names`. */
  const held = (): readonly ResourceSnapshot[] | undefined => {
    const snapshot = cache.snapshot();
    const found: ResourceSnapshot[] = [];
    for (const name of names) {
      const resource = snapshot.resource(cluster.name, name);
      if (!isHeld(resource)) return undefined;
      found.push(resource);
    }
    return found;
  };

  const objectsOf = function* (resource: ResourceSnapshot | undefined): Iterable<unknown> {
    for (const { rows } of resource?.partitions ?? []) for (const row of rows) yield parseOnce(row, parsed);
  };

  const findRights = (from: Rbac, user: RbacUser): Rights => {
    const key = JSON.stringify([user.username, user.groups.toSorted()]);
    let rights = users.get(key);
    if (rights === undefined) {
      if (users.size >= maxUsers) users.clear();
      const made = createRights(from.rulesFor(user));
      users.set(key, (rights = intern(made.key, () => made)));
    }
    return rights;
  };

  return {
    trust() {
      const resources = held();
      const isAnswering = cluster.status.health.state === "UP" || cluster.status.health.state === "DEGRADED";
      const observedAtMs = resources === undefined ? 0 : oldestProof(resources);
      const isSilent = resources !== undefined && proofAgeMs(observedAtMs) > rbacProofMs;
      if (resources !== undefined && resources.every(({ status }) => status.state === "FRESH")) {
        brokenAtMs = undefined;
        if (!isSilent) return "good";
      } else brokenAtMs ??= clock.monotonic();
      // Of what was silent before it broke nobody knows how long it has been out of step.
      const isBroken = isSilent || clock.monotonic() - (brokenAtMs ?? 0) > rbacGraceMs;
      const isRecent = resources !== undefined && clock.now() - observedAtMs <= rbacMaxAgeMs;
      if (isRecent && (!isBroken || !isAnswering)) return "good";
      return isAnswering ? "ask" : "none";
    },
    rightsOf(user) {
      if (rbac === undefined) {
        const resources = held();
        if (resources === undefined) return undefined;
        users.clear();
        known = new WeakMap();
        const [clusterRoles, roles, clusterRoleBindings, roleBindings] = resources;
        rbac = createRbac({
          clusterRoles: objectsOf(clusterRoles),
          roles: objectsOf(roles),
          clusterRoleBindings: objectsOf(clusterRoleBindings),
          roleBindings: objectsOf(roleBindings),
        });
      }
      let rights = known.get(user);
      if (rights === undefined) known.set(user, (rights = findRights(rbac, user)));
      return rights;
    },
    onEvent(event) {
      const { cluster: name, resource } = event.type === "change" ? event.change : event;
      if (name !== cluster.name || !isRbac(resource)) return false;
      if (event.type === "status") {
        const { before, after } = event;
        if (before?.state === after?.state) return false;
        if (after?.state !== "FRESH") brokenAtMs ??= clock.monotonic();
      }
      rbac = undefined;
      return true;
    },
    close() {
      for (const release of releases) release();
    },
  };
}

const rbacNames: ReadonlySet<string> = new Set(names);

function isRbac(resource: string): boolean {
  return rbacNames.has(resource);
}

/** A complete list has been there, of this run or from disk, and its rows may be served. */
function isHeld(resource: ResourceSnapshot | undefined): resource is ResourceSnapshot {
  if (resource === undefined || resource.resourceVersion === "") return false;
  const { state, observedAtMs } = resource.status;
  return observedAtMs !== null && state !== "UNREACHABLE" && state !== "FORBIDDEN";
}

/** When the kind that was longest not proved to be in step was proved last; 0 = never. */
function oldestProof(resources: readonly ResourceSnapshot[]): number {
  let oldest = Number.POSITIVE_INFINITY;
  for (const { status } of resources) oldest = Math.min(oldest, status.observedAtMs ?? 0);
  return oldest;
}

/** A changed binding is read again, and it alone. Damaged bytes grant nothing. */
function parseOnce(row: AnyRow, parsed: WeakMap<AnyRow, KubeObject | undefined>): KubeObject | undefined {
  if (parsed.has(row)) return parsed.get(row);
  let object: KubeObject | undefined;
  try {
    object = row.body.parse();
  } catch {
    object = undefined;
  }
  parsed.set(row, object);
  return object;
}
