import { createAuthorizer } from "../../../src/auth/authorizer.ts";
import type { ClusterAuthorizer } from "../../../src/auth/authorizer.ts";
import type { Access } from "../../../src/auth/access.ts";
import type { Cluster, ClusterChange, ClusterRegistry, ClusterStatus } from "../../../src/cluster/cluster.ts";
import type { KubeClient } from "../../../src/kube/client.ts";
import { believedUser } from "../../../src/kube/believed-user.ts";
import type { UserIdentity } from "../../../src/kube/identity.ts";
import { KubeError } from "../../../src/kube/kube-error.ts";
import type { KubeObject } from "../../../src/kube/object.ts";
import { toImpersonatedGroups } from "../../../src/kube/rbac/implied-groups.ts";
import { rbacResources } from "../../../src/kube/rbac/rbac-resources.ts";
import type { ResourceAttributes } from "../../../src/kube/rbac/rule-allows.ts";
import { silentLogger } from "../../../src/lib/logger.ts";
import { createWorld } from "../../loaders/support/world.ts";
import type { World, WorldCluster } from "../../loaders/support/world.ts";
import { naiveAllows, naiveRules } from "../../kube-vocabulary/rbac/naive-rbac.ts";
import type { RbacState } from "../../kube-vocabulary/rbac/naive-rbac.ts";

/** How a cluster answers reviews: as its RBAC says, with an error, never, or with what a test makes up. */
export type ReviewMood =
  | "truthful"
  /** Rules reviews say only that there may be more. */
  | "incomplete"
  | "silent"
  | KubeError
  | ((kind: string, spec: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>);

export interface Review {
  readonly cluster: string;
  readonly kind: string;
  readonly as: string;
  readonly spec: Readonly<Record<string, unknown>>;
}

/** Clusters with RBAC: kept in the store, and asked through their client. */
export interface AuthWorld extends World {
  readonly authorizer: ClusterAuthorizer;
  /** All reviews that were made. */
  readonly reviews: Review[];
  mood(cluster: string, mood: ReviewMood): void;
  setHealth(cluster: string, state: ClusterStatus["health"]["state"]): void;
  /** Makes the RBAC of a cluster these objects and nothing else. */
  setRbac(cluster: string, ...objects: readonly KubeObject[]): void;
  /** How the kept roles and bindings stand, all four kinds. */
  setRbacState(cluster: string, state: "FRESH" | "STALE" | "UNREACHABLE" | "SYNCING", observedAtMs?: number): void;
  leave(cluster: string): void;
  rbacOf(cluster: string): RbacState;
  access(user: UserIdentity): Promise<Access>;
}

export interface AuthCluster extends WorldCluster {
  readonly rbac?: readonly KubeObject[];
  readonly namespaces?: readonly string[];
  /** false: roles and bindings are not there yet. */
  readonly rbacHeld?: boolean;
}

export function user(username: string, realm = "home", groups: readonly string[] = []): UserIdentity {
  return { kind: "user", username, groups, realm };
}

export function createAuthWorld(clusters: readonly AuthCluster[]): AuthWorld {
  const moods = new Map<string, ReviewMood>();
  const states = new Map<string, KubeObject[]>(clusters.map(({ name }) => [name, []]));
  const reviews: Review[] = [];
  const listeners = new Set<(change: ClusterChange) => void>();
  const world = createWorld(
    clusters.map((cluster) => ({ ...cluster, client: { ...reviewing(cluster), ...cluster.client } })),
  );
  let members = world.registry.list();
  const registry: ClusterRegistry = {
    ...world.registry,
    get: (name) => members.find((member) => member.name === name),
    list: () => members,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };

  function reviewing({ name, believes = [] }: AuthCluster): Partial<KubeClient> {
    return {
      async create(resource, { spec }, { as, signal }) {
        if (as.kind !== "user") throw new Error(`a review as ${as.kind}`);
        const { username, groups } = believedUser({ name, believes }, as);
        const asked = spec as Readonly<Record<string, unknown>>;
        reviews.push({ cluster: name, kind: resource.kind, as: username, spec: asked });
        const mood = moods.get(name) ?? "truthful";
        if (mood instanceof KubeError) throw mood;
        if (mood === "silent") return new Promise((_, reject) => whenAborted(signal, name, reject));
        const who = { username, groups: toImpersonatedGroups(username, groups) };
        const status =
          typeof mood === "function"
            ? mood(resource.kind, asked)
            : "resourceAttributes" in asked
              ? { allowed: naiveAllows(toState(name), who, toAttributes(asked["resourceAttributes"])) }
              : mood === "incomplete"
                ? { resourceRules: [], nonResourceRules: [], incomplete: true }
                : { resourceRules: naiveRules(toState(name), who, String(asked["namespace"])), nonResourceRules: [], incomplete: false }; // prettier-ignore
        return { object: { apiVersion: "v1", kind: resource.kind, metadata: { name: "" }, status }, created: true, warnings: [] }; // prettier-ignore
      },
    };
  }

  function toState(cluster: string): RbacState {
    const of = (kind: string): never[] => (states.get(cluster) ?? []).filter((one) => one.kind === kind) as never[];
    return {
      clusterRoles: of("ClusterRole"),
      roles: of("Role"),
      clusterRoleBindings: of("ClusterRoleBinding"),
      roleBindings: of("RoleBinding"),
    };
  }

  const setRbac = (cluster: string, ...objects: readonly KubeObject[]): void => {
    const before = new Map((states.get(cluster) ?? []).map((object) => [placeOf(object), object]));
    const after = new Map(objects.map((object) => [placeOf(object), object]));
    for (const [place, object] of before) if (!after.has(place)) world.remove(cluster, object);
    for (const [place, object] of after) if (before.get(place) !== object) world.put(cluster, object);
    states.set(cluster, [...objects]);
  };

  for (const { name, rbac = [], namespaces = [], rbacHeld = true } of clusters) {
    for (const resource of Object.values(rbacResources)) {
      const held = world.store.add(name, resource);
      if (!rbacHeld) continue;
      held.resourceVersion = "1";
      held.setState("FRESH", null, { observedAtMs: world.clock.now() });
    }
    world.put(name, ...namespaces.map((namespace) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }))); // prettier-ignore
    setRbac(name, ...rbac);
  }
  const authorizer = createAuthorizer({ registry, cache: world.cache, clock: world.clock, logger: silentLogger });
  return {
    ...world,
    registry,
    authorizer,
    reviews,
    mood: (cluster, mood) => void moods.set(cluster, mood),
    setHealth(cluster, state) {
      const member = members.find(({ name }) => name === cluster) as { status: ClusterStatus };
      member.status = { ...member.status, health: { ...member.status.health, state } };
    },
    setRbac,
    setRbacState(cluster, state, observedAtMs) {
      for (const resource of Object.values(rbacResources)) {
        world.setState(cluster, resource, state, state === "FRESH" ? null : "Tested", observedAtMs);
      }
    },
    leave(cluster) {
      const member = registry.get(cluster) as Cluster;
      members = members.filter((one) => one !== member);
      for (const listener of listeners) listener({ type: "left", cluster: member });
    },
    rbacOf: toState,
    async access(identity) {
      return authorizer.access(identity, new AbortController());
    },
  };
}

function whenAborted(signal: AbortSignal, cluster: string, reject: (error: KubeError) => void): void {
  const fail = (): void => reject(new KubeError({ reason: "Aborted", message: "aborted", cluster }));
  if (signal.aborted) fail();
  else signal.addEventListener("abort", fail, { once: true });
}

/** An empty text need not be sent. */
function toAttributes(sent: unknown): ResourceAttributes {
  const { group = "", ...rest } = sent as Partial<ResourceAttributes>;
  return { ...rest, group } as ResourceAttributes;
}

function placeOf({ kind, metadata: { namespace = "", name } }: KubeObject): string {
  return `${kind} ${namespace}/${name}`;
}
