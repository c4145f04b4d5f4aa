import type { PartitionKey } from "../cache/fleet-cache.ts";
import { alwaysCached } from "../kube/known-resources.ts";
import { toResourceName } from "../kube/resource-id.ts";
import type { ResourceId, ResourceName } from "../kube/resource-id.ts";
import type { Access, AccessQuestion, AccessState, Extent, Scope, Waiting } from "./access.ts";
import { keyOfKinds, namesOfKinds } from "./asked-kinds.ts";
import { shortHash } from "./canonical-rules.ts";
import { createInternTable } from "./intern-table.ts";
import type { InternTable } from "./intern-table.ts";
import type { ReadVerb, Rights } from "./rights.ts";

/** What is known of somebody in one cluster. */
export type ClusterAccess =
  | { readonly state: "unavailable" | "none" }
  | { readonly state: "known"; readonly rights: Rights; readonly asked?: AskedAbout };

/** Rights of a cluster that was asked for them. */
export interface AskedAbout {
  /** About no other kinds. */
  readonly kinds: readonly ResourceId[];
  /** The same with kinds besides; at once where the answers are there. Never rejects. */
  settle(more: readonly ResourceId[], waiting: Waiting): ClusterAccess | Promise<ClusterAccess>;
}

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

/** A scope of rights that were asked for: what was not asked about must not look as if it were forbidden. */
class AskedScope implements Scope {
  readonly #scope: Scope;
  readonly #clusters: ReadonlyMap<string, ClusterAccess>;

  constructor(scope: Scope, clusters: ReadonlyMap<string, ClusterAccess>) {
    this.#scope = scope;
    this.#clusters = clusters;
  }

  get key(): string {
    return this.#scope.key;
  }

  sees(partition: PartitionKey): boolean {
    demandAsked(this.#clusters.get(partition.cluster), partition.resource);
    return this.#scope.sees(partition);
  }

  extent(cluster: string, resource: ResourceName): Extent {
    demandAsked(this.#clusters.get(cluster), resource);
    return this.#scope.extent(cluster, resource);
  }
}

/** Kinds that are read without being settled first, by who named them. */
function demandAsked(access: ClusterAccess | undefined, resource: ResourceName): void {
  if (access?.state !== "known" || access.asked === undefined) return;
  if (namesOfKinds(access.asked.kinds).has(resource) || !alwaysKnown.has(resource)) return;
  throw new Error(`invariant violated: ${resource} are read, but nobody asked what the caller may do with them`);
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
    return (this.#key ??= shortHash(JSON.stringify(Array.from(this.clusters, ([cluster, one]) => [cluster, one.state, one.state === "known" ? one.rights.key : ""])))); // prettier-ignore
  }

  get list(): Scope {
    return (this.#list ??= this.#scopeOf(["list"]));
  }

  get watch(): Scope {
    return (this.#watch ??= this.#scopeOf(["list", "watch"]));
  }

  /** The same but for one cluster. */
  with(cluster: string, now: ClusterAccess): FleetKnowledge {
    const clusters = new Map([...this.clusters].map(([name, one]) => [name, name === cluster ? now : one]));
    return new FleetKnowledge(clusters, this.scopes);
  }

  #scopeOf(verbs: readonly ReadVerb[]): Scope {
    const scope = this.scopes(verbs, this.#known());
    for (const one of this.clusters.values())
      if (one.state === "known" && one.asked !== undefined) return new AskedScope(scope, this.clusters);
    return scope;
  }

  #known(): ReadonlyMap<string, Rights> {
    return (this.#rights ??= new Map(
      [...this.clusters].flatMap(([name, one]) => (one.state === "known" ? [[name, one.rights] as const] : [])),
    ));
  }
}

/** A kind of a cluster that was asked for besides. */
export interface SettledKind {
  readonly cluster: string;
  readonly resource: ResourceId;
}

/** The rights of one caller over the fleet, in the order of clusters given; clusters that are not named do not exist for them. */
export class FleetAccess implements Access {
  /** What was named when the rights were asked for. */
  readonly kinds: readonly ResourceId[];
  #known: FleetKnowledge;
  /** What was asked for besides. */
  #settled: Map<string, SettledKind> | undefined;
  #settling: Map<string, Promise<void>> | undefined;

  constructor(known: FleetKnowledge, kinds: readonly ResourceId[]) {
    this.#known = known;
    this.kinds = kinds;
  }

  get key(): string {
    return this.#known.key;
  }

  get about(): string {
    return [keyOfKinds(this.kinds), ...(this.#settled?.keys() ?? [])].join(", ");
  }

  get list(): Scope {
    return this.#known.list;
  }

  get watch(): Scope {
    return this.#known.watch;
  }

  /** Kinds that were settled, for whoever follows these rights. */
  get settled(): readonly SettledKind[] {
    return [...(this.#settled?.values() ?? [])];
  }

  state(cluster: string): AccessState {
    return this.#known.clusters.get(cluster)?.state ?? "none";
  }

  gets({ cluster, resource, namespace }: PartitionKey, name: string): boolean {
    const access = this.#known.clusters.get(cluster);
    demandAsked(access, resource);
    return access?.state === "known" && access.rights.gets(resource, namespace, name);
  }

  may(question: AccessQuestion): boolean {
    const access = this.#known.clusters.get(question.cluster);
    return access?.state === "known" && access.rights.may(question);
  }

  settle(cluster: string, resource: ResourceId, waiting: Waiting): Promise<void> | undefined {
    const access = this.#known.clusters.get(cluster);
    if (access?.state !== "known" || access.asked === undefined) return undefined;
    const name = toResourceName(resource);
    if (namesOfKinds(access.asked.kinds).has(name)) return undefined;
    const key = `${cluster} ${name}`;
    if (this.#settled?.has(key) === true) return this.#settling?.get(key);
    this.noteSettled({ cluster, resource });
    const more = (): readonly ResourceId[] => this.settled.filter((one) => one.cluster === cluster).map((one) => one.resource); // prettier-ignore
    const { asked } = access;
    const now = asked.settle(more(), waiting);
    if (!(now instanceof Promise)) {
      this.#known = this.#known.with(cluster, now);
      return undefined;
    }
    const settling = now.then(async (known) => {
      // What was settled meanwhile is known as well, and stays so.
      const latest = asked.settle(more(), waiting);
      this.#known = this.#known.with(cluster, known.state === "known" ? await latest : known);
      this.#settling?.delete(key);
    });
    this.#settling ??= new Map();
    this.#settling.set(key, settling);
    return settling;
  }

  /** Whoever looks again for the same caller found out about this kind, too. */
  noteSettled(kind: SettledKind): void {
    this.#settled ??= new Map();
    this.#settled.set(`${kind.cluster} ${toResourceName(kind.resource)}`, kind);
  }
}
