import type { FleetCache } from "../cache/fleet-cache.ts";
import type { Cluster, ClusterRegistry } from "../cluster/cluster.ts";
import { identityAt } from "../kube/identity.ts";
import type { Identity, UserIdentity } from "../kube/identity.ts";
import { toImpersonatedGroups } from "../kube/rbac/implied-groups.ts";
import { knownResources } from "../kube/known-resources.ts";
import { toResourceName } from "../kube/resource-id.ts";
import type { ResourceId } from "../kube/resource-id.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { untilAborted } from "../lib/until-aborted.ts";
import type { Access, Authorizer, Waiting } from "./access.ts";
import { anyKinds, withKinds } from "./asked-kinds.ts";
import { createAskedCluster } from "./asked-cluster.ts";
import type { AskedCaller, AskedCluster } from "./asked-cluster.ts";
import { keyOfUser } from "./asked-user.ts";
import type { Standing } from "./asked-user.ts";
import { createScopes, FleetAccess, FleetKnowledge } from "./fleet-access.ts";
import type { ClusterAccess, Scopes, SettledKind } from "./fleet-access.ts";
import { createFollowers, followEveryMs } from "./followers.ts";
import type { Followers, Following } from "./followers.ts";
import { createInternTable } from "./intern-table.ts";
import type { InternTable } from "./intern-table.ts";
import { createRbacKeeper } from "./rbac-keeper.ts";
import type { RbacKeeper } from "./rbac-keeper.ts";
import type { Rights } from "./rights.ts";

export interface AuthorizerOptions {
  readonly registry: ClusterRegistry;
  readonly cache: Pick<FleetCache, "snapshot" | "retain" | "subscribe">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** An Authorizer with what it holds: roles and bindings, and answers that are being waited for. */
export interface ClusterAuthorizer extends Authorizer {
  close(): void;
}

/** Lists of kinds for which it is kept what clusters said of one user. */
const maxStanding = 32;
/** Sets of rights and scopes that are shared; beyond it equal ones may be two. */
const maxShared = 10_000;

interface Member {
  readonly cluster: Cluster;
  /** Where the cluster's configuration says that roles and bindings tell. */
  readonly keeper: RbacKeeper | undefined;
  readonly asked: AskedCluster;
}

/**
 * Who may do what, cluster by cluster as `Cluster.authorization` says: by the roles and bindings kept of it, or by asking it; also by asking where those
 * are out of step and it answers. Fails closed. Anybody but a user whom a realm vouched for is nobody. To be made before the cache runs, so that
 * roles and bindings are read from disk with the rest.
 */
export function createAuthorizer(options: AuthorizerOptions): ClusterAuthorizer {
  return new FleetAuthorizer(options);
}

class FleetAuthorizer implements ClusterAuthorizer {
  readonly #options: AuthorizerOptions;
  readonly #members = new Map<string, Member>();
  readonly #intern: InternTable<Rights> = createInternTable(maxShared);
  readonly #scopes: Scopes = createScopes(maxShared);
  /** Who users are at clusters: the same for as long as both are. */
  readonly #callers = new WeakMap<UserIdentity, Map<Cluster, Caller | undefined>>();
  /** What was given to users by what is kept. It never changes, so it is given again as long as the same would be made. */
  readonly #given = new WeakMap<UserIdentity, Given>();
  /** What clusters that were asked said of users, by the list of kinds it is about, for as long as none of them is to be asked again. */
  readonly #standing = new WeakMap<UserIdentity, Map<readonly ResourceId[], StandingKnowledge>>();
  /** Rises with whatever else rights come from: clusters, and their namespaces. */
  #epoch = 0;
  readonly #followers: Followers;
  readonly #undo: readonly (() => void)[];

  constructor(options: AuthorizerOptions) {
    const { registry, cache, clock } = options;
    this.#options = options;
    this.#followers = createFollowers({
      clock,
      look: (identity, following, signal) => this.#lookAgain(identity, following, signal),
    });
    this.#undo = [
      registry.subscribe(({ type, cluster }) => {
        this.#epoch++;
        if (type === "joined") this.#join(cluster);
        else if (type === "left") this.#leave(cluster);
        if (type !== "status") this.#followers.nudge();
      }),
      cache.subscribe((event) => {
        const { cluster: name, resource } = event.type === "change" ? event.change : event;
        if (resource === namespacesName) this.#epoch++;
        if (this.#members.get(name)?.keeper?.onEvent(event) === true) this.#followers.nudge();
      }),
    ];
    for (const cluster of registry.list()) this.#join(cluster);
  }

  access(identity: Identity, waiting: Waiting, kinds = anyKinds): Access | Promise<Access> {
    return this.#look(identity, { kinds, settled: none, waiting, refresh: false });
  }

  follow(
    identity: Identity,
    current: Access,
    onChange: (now: Access) => void,
    reads: readonly ResourceId[] = none,
  ): () => void {
    return this.#followers.follow(identity, { current, reads, onChange });
  }

  close(): void {
    for (const undo of this.#undo) undo();
    this.#followers.close();
    for (const { cluster } of this.#members.values()) this.#leave(cluster);
  }

  #lookAgain(identity: Identity, { current, reads }: Following, signal: AbortSignal): Access | Promise<Access> {
    const { kinds, settled } = current instanceof FleetAccess ? current : { kinds: anyKinds, settled: none };
    return this.#look(identity, { kinds: withKinds(kinds, reads), settled, waiting: { signal }, refresh: true });
  }

  #look(identity: Identity, { kinds, settled, waiting, refresh }: Look): Access | Promise<Access> {
    const asker = identity.kind === "user" && settled.length === 0 && !refresh ? identity : undefined;
    const standing = asker === undefined ? undefined : this.#standing.get(asker)?.get(kinds);
    if (standing !== undefined && this.#isStanding(standing)) return new FleetAccess(standing.known, kinds);
    const found = this.#options.registry.list().map(({ name }): Found => {
      const member = this.#members.get(name);
      if (member === undefined || identity.kind !== "user") return [name, nobody];
      const more = settled.length === 0 ? none : settled.filter(({ cluster }) => cluster === name).map(({ resource }) => resource); // prettier-ignore
      return [name, this.#at(member, identity, withKinds(kinds, more), refresh)];
    });
    const toAccess = (known: readonly Known[]): Access => {
      const access = new FleetAccess(new FleetKnowledge(new Map(known), this.#scopes), kinds);
      for (const one of settled) access.noteSettled(one);
      return access;
    };
    if (isAllKnown(found)) {
      if (asker === undefined) return toAccess(found);
      if (!found.every(isFinal)) {
        const known = new FleetKnowledge(new Map(found), this.#scopes);
        this.#note(asker, kinds, known);
        return new FleetAccess(known, kinds);
      }
      const given = this.#given.get(asker);
      if (given !== undefined && isSame(given.found, found)) return given.accessTo(kinds);
      const made = new Given(found, new FleetKnowledge(new Map(found), this.#scopes));
      this.#given.set(asker, made);
      return made.accessTo(kinds);
    }
    // Whoever has gone waits for nothing; what is not known by then is unavailable.
    const waited = found.map(async ([name, access]) => [name, access instanceof Promise ? await untilAborted(access, waiting.signal).catch(() => unavailable) : access] as const); // prettier-ignore
    return Promise.all(waited).then(toAccess);
  }

  #isStanding({ epoch, asked, untilMs }: StandingKnowledge): boolean {
    if (epoch !== this.#epoch || this.#options.clock.monotonic() >= untilMs) return false;
    for (const { isOver } of asked) if (isOver) return false;
    return true;
  }

  /** Remembers what was found out in this turn, where it is known for how long that stands. */
  #note(user: UserIdentity, kinds: readonly ResourceId[], known: FleetKnowledge): void {
    let standing = this.#standing.get(user);
    if (standing === undefined) this.#standing.set(user, (standing = new Map()));
    standing.delete(kinds);
    const asked: Standing[] = [];
    for (const member of this.#members.values()) {
      const caller = this.#callerAt(member.cluster, user);
      if (caller === undefined) continue;
      const one = member.keeper === undefined ? member.asked.standing(caller, kinds) : undefined;
      if (one === undefined) return;
      asked.push(one);
    }
    const untilMs = Math.min(...asked.map((one) => one.untilMs));
    const [oldest] = standing.keys();
    if (standing.size >= maxStanding && oldest !== undefined) standing.delete(oldest);
    standing.set(kinds, { known, epoch: this.#epoch, asked, untilMs });
  }

  #at(
    { cluster, keeper, asked }: Member,
    user: UserIdentity,
    kinds: readonly ResourceId[],
    refresh: boolean,
  ): ClusterAccess | Promise<ClusterAccess> {
    const caller = this.#callerAt(cluster, user);
    if (caller === undefined) return nobody;
    if (keeper !== undefined) {
      const trust = keeper.trust();
      if (trust !== "ask") {
        const rights = keeper.rightsOf(caller.impersonated);
        // Who was nobody by the last that is known does not learn that there is such a cluster.
        if (rights?.isNone === true) return nobody;
        return trust === "good" && rights !== undefined ? { state: "known", rights } : unavailable;
      }
    }
    const settle = (more: readonly ResourceId[], to: Waiting): ClusterAccess | Promise<ClusterAccess> => {
      const all = withKinds(kinds, more);
      const now = asked.rightsOf(caller, all);
      return now instanceof Promise ? untilAborted(now, to.signal).then((rights) => toKnown(rights, all), () => unavailable) : toKnown(now, all); // prettier-ignore
    };
    const toKnown = (rights: Rights | undefined, of: readonly ResourceId[]): ClusterAccess =>
      rights === undefined
        ? unavailable
        : rights.isNone
          ? nobody
          : { state: "known", rights, asked: { kinds: of, settle } };
    // Who follows what roles and bindings said is not told that nothing is known before the cluster had a moment to say.
    const leastMs = keeper === undefined ? 0 : followEveryMs;
    const rights = asked.rightsOf(caller, kinds, { refresh, leastMs });
    return rights instanceof Promise ? rights.then((known) => toKnown(known, kinds)) : toKnown(rights, kinds);
  }

  #callerAt(cluster: Cluster, user: UserIdentity): Caller | undefined {
    let places = this.#callers.get(user);
    if (places === undefined) this.#callers.set(user, (places = new Map()));
    if (places.has(cluster)) return places.get(cluster);
    const caller = toCaller(cluster, user);
    // Users outlive clusters: those that left are not kept for their sake.
    for (const known of places.keys()) if (this.#members.get(known.name)?.cluster !== known) places.delete(known);
    places.set(cluster, caller);
    return caller;
  }

  #join(cluster: Cluster): void {
    const known = this.#members.get(cluster.name);
    if (known?.cluster === cluster) return;
    if (known !== undefined) this.#leave(known.cluster);
    const options = { ...this.#options, cluster, intern: this.#intern };
    this.#members.set(cluster.name, {
      cluster,
      keeper: cluster.authorization === "local" ? createRbacKeeper(options) : undefined,
      asked: createAskedCluster(options),
    });
  }

  #leave(cluster: Cluster): void {
    const member = this.#members.get(cluster.name);
    if (member?.cluster !== cluster) return;
    this.#members.delete(cluster.name);
    member.keeper?.close();
    member.asked.close();
  }
}

/** Somebody at one cluster. */
interface Caller extends AskedCaller {
  readonly impersonated: { readonly username: string; readonly groups: readonly string[] };
}

function toCaller(cluster: Cluster, user: UserIdentity): Caller | undefined {
  const who = identityAt(cluster, user);
  if (who === undefined) return undefined;
  const { username, groups } = who;
  const impersonated = { username, groups: toImpersonatedGroups(username, groups) };
  return { key: keyOfUser(user, username, groups), identity: user, impersonated };
}

/** What is looked at, and for whom. */
interface Look {
  readonly kinds: readonly ResourceId[];
  /** Besides those. */
  readonly settled: readonly SettledKind[];
  readonly waiting: Waiting;
  readonly refresh: boolean;
}

interface StandingKnowledge {
  readonly known: FleetKnowledge;
  readonly epoch: number;
  /** Where it comes from, and until when all of that stands. */
  readonly asked: readonly Standing[];
  readonly untilMs: number;
}

type Known = readonly [string, ClusterAccess];
type Found = readonly [string, ClusterAccess | Promise<ClusterAccess>];

/** What is known for as long as `found` is the same. */
class Given {
  readonly found: readonly Known[];
  readonly #known: FleetKnowledge;
  #last: FleetAccess | undefined;

  constructor(found: readonly Known[], known: FleetKnowledge) {
    this.found = found;
    this.#known = known;
  }

  /** For whoever follows it, it says what it is asked for about; the rights are the same for all kinds. */
  accessTo(kinds: readonly ResourceId[]): Access {
    if (this.#last?.kinds !== kinds) this.#last = new FleetAccess(this.#known, kinds);
    return this.#last;
  }
}

function isAllKnown(found: readonly Found[]): found is readonly Known[] {
  for (const [, access] of found) if (access instanceof Promise) return false;
  return true;
}

/** Whether nothing more will be found out with it. */
function isFinal([, access]: Known): boolean {
  return access.state !== "known" || access.asked === undefined;
}

/** Of such that are final. */
function isSame(before: readonly Known[], now: readonly Known[]): boolean {
  if (before.length !== now.length) return false;
  for (const [index, [name, access]] of now.entries()) {
    const [nameBefore, accessBefore] = before[index]!;
    if (name !== nameBefore || access.state !== accessBefore.state) return false;
    if (access.state === "known" && access.rights !== (accessBefore as typeof access).rights) return false;
  }
  return true;
}

const none: readonly never[] = [];
const namespacesName = toResourceName(knownResources.namespaces);
const nobody: ClusterAccess = { state: "none" };
const unavailable: ClusterAccess = { state: "unavailable" };
