import type { PartitionKey } from "../cache/fleet-cache.ts";
import { alwaysCached } from "../kube/known-resources.ts";
import { toResourceName } from "../kube/resource-id.ts";
import type { ResourceId, ResourceName } from "../kube/resource-id.ts";
import type { Access, AccessQuestion, AccessState, Extent, Scope } from "./access.ts";
import { shortHash } from "./canonical-rules.ts";
import { createInternTable } from "./intern-table.ts";
import type { InternTable } from "./intern-table.ts";
import type { ReadVerb, Rights } from "./rights.ts";

/** What is known of somebody in one cluster. */
export type ClusterAccess =
  | { readonly state: "unavailable" | "none" }
  | { readonly state: "known"; readonly rights: Rights; readonly settle?: SettleKind };

/** Finds out about one more kind; at once where the answers are there. Never rejects. */
export type SettleKind = (resource: ResourceId, signal: AbortSignal) => ClusterAccess | Promise<ClusterAccess>;

const alwaysKnown: ReadonlySet<ResourceName> = new Set(alwaysCached.map(toResourceName));

/** The scopes of all callers: equal ones are one. */
export type Scopes = (verbs: readonly ReadVerb[], rights: ReadonlyMap<string, Rights>) => Scope;

export function createScopes(maximum: number): Scopes {
  const table: InternTable<Scope> = createInternTable(maximum);
  /** The scopes last made of the first cluster's rights, so that who asks again need not be named again. */
  const recent = new WeakMap<Rights, readonly RecentScope[]>();
  return (verbs, rights) => {
    const [first] = rights.values();
    const known = first && recent.get(first)?.find((each) => isOf(each, verbs, rights));
    if (known !== undefined) return known.scope;
    const scope = find(verbs, rights);
    if (first !== undefined)
      recent.set(first, [{ verbs, rights, scope }, ...(recent.get(first) ?? [])].slice(0, maxRecent));
    return scope;
  };

  function find(verbs: readonly ReadVerb[], rights: ReadonlyMap<string, Rights>): Scope {
    const parts = Array.from(rights, ([cluster, one]) => [cluster, ...verbs.map((verb) => one.keyOf(verb))]);
    const key = shortHash(JSON.stringify([verbs, parts]));
    return table(key, () => new RightsScope(key, verbs, rights));
  }
}

interface RecentScope {
  readonly verbs: readonly ReadVerb[];
  readonly rights: ReadonlyMap<string, Rights>;
  readonly scope: Scope;
}

/** Those who have the same rights in one cluster mostly have the same in the others. */
const maxRecent = 8;

function isOf(recent: RecentScope, verbs: readonly ReadVerb[], rights: ReadonlyMap<string, Rights>): boolean {
  if (recent.verbs.length !== verbs.length || recent.rights.size !== rights.size) return false;
  if (!verbs.every((verb, at) => recent.verbs[at] === verb)) return false;
  for (const [cluster, one] of rights) if (recent.rights.get(cluster) !== one) return false;
  return true;
}

class RightsScope implements Scope {
  readonly key: string;
  readonly #verbs: readonly ReadVerb[];
  readonly #rights: ReadonlyMap<string, Rights>;

  constructor(key: string, verbs: readonly ReadVerb[], rights: ReadonlyMap<string, Rights>) {
    this.key = key;
    this.#verbs = verbs;
    this.#rights = rights;
  }

  sees({ cluster, resource, namespace }: PartitionKey): boolean {
    const rights = this.#rights.get(cluster);
    return rights !== undefined && this.#verbs.every((verb) => rights.covers(verb, resource, namespace));
  }

  extent(cluster: string, resource: ResourceName): Extent {
    const extents = this.#verbs.map((verb) => this.#rights.get(cluster)?.extent(verb, resource) ?? "none");
    if (extents.includes("none")) return "none";
    return extents.includes("some") ? "some" : "all";
  }
}

/** What is known of one caller over the fleet. It never changes, so that several operations share one, and what comes of it is found out once. */
export class FleetKnowledge {
  readonly clusters: ReadonlyMap<string, ClusterAccess>;
  readonly scopes: Scopes;
  #rights: ReadonlyMap<string, Rights> | undefined;
  #key: string | undefined;
  #list: Scope | undefined;
  #watch: Scope | undefined;

  constructor(clusters: ReadonlyMap<string, ClusterAccess>, scopes: Scopes) {
    this.clusters = clusters;
    this.scopes = scopes;
  }

  get key(): string {
    return (this.#key ??= shortHash(
      JSON.stringify(
        Array.from(this.clusters, ([cluster, one]) => [
          cluster,
          one.state,
          one.state === "known" ? one.rights.key : "",
        ]),
      ),
    ));
  }

  get list(): Scope {
    return (this.#list ??= this.scopes(["list"], this.#known()));
  }

  get watch(): Scope {
    return (this.#watch ??= this.scopes(["list", "watch"], this.#known()));
  }

  /** The same but for one cluster. */
  with(cluster: string, now: ClusterAccess): FleetKnowledge {
    const clusters = new Map([...this.clusters].map(([name, one]) => [name, name === cluster ? now : one]));
    return new FleetKnowledge(clusters, this.scopes);
  }

  #known(): ReadonlyMap<string, Rights> {
    return (this.#rights ??= new Map(
      [...this.clusters].flatMap(([name, one]) => (one.state === "known" ? [[name, one.rights] as const] : [])),
    ));
  }
}

/** The rights of one caller over the fleet, in the order of clusters given; clusters that are not named do not exist for them. */
export class FleetAccess implements Access {
  #known: FleetKnowledge;
  /** What was asked for besides what is always cached. */
  #settled: Map<string, { readonly cluster: string; readonly resource: ResourceId }> | undefined;
  #settling: Map<string, Promise<void>> | undefined;

  constructor(known: FleetKnowledge) {
    this.#known = known;
  }

  get key(): string {
    return this.#known.key;
  }

  get list(): Scope {
    return this.#known.list;
  }

  get watch(): Scope {
    return this.#known.watch;
  }

  /** Kinds that were settled, for whoever follows these rights. */
  get settled(): readonly { readonly cluster: string; readonly resource: ResourceId }[] {
    return [...(this.#settled?.values() ?? [])];
  }

  state(cluster: string): AccessState {
    return this.#known.clusters.get(cluster)?.state ?? "none";
  }

  gets({ cluster, resource, namespace }: PartitionKey, name: string): boolean {
    const access = this.#known.clusters.get(cluster);
    return access?.state === "known" && access.rights.gets(resource, namespace, name);
  }

  may(question: AccessQuestion): boolean {
    const access = this.#known.clusters.get(question.cluster);
    return access?.state === "known" && access.rights.may(question);
  }

  settle(cluster: string, resource: ResourceId, signal: AbortSignal): Promise<void> | undefined {
    const access = this.#known.clusters.get(cluster);
    if (access?.state !== "known" || access.settle === undefined) return undefined;
    const name = toResourceName(resource);
    if (alwaysKnown.has(name)) return undefined;
    const key = `${cluster} ${name}`;
    if (this.#settled?.has(key) === true) return this.#settling?.get(key);
    this.noteSettled(cluster, resource);
    const now = access.settle(resource, signal);
    if (!(now instanceof Promise)) {
      this.#known = this.#known.with(cluster, now);
      return undefined;
    }
    const settling = now.then((known) => {
      this.#settling?.delete(key);
      this.#known = this.#known.with(cluster, known);
    });
    this.#settling ??= new Map();
    this.#settling.set(key, settling);
    return settling;
  }

  /** Whoever looks again for the same caller found out about this kind, too. */
  noteSettled(cluster: string, resource: ResourceId): void {
    this.#settled ??= new Map();
    this.#settled.set(`${cluster} ${toResourceName(resource)}`, { cluster, resource });
  }
}
