import { isDeepStrictEqual } from "node:util";
import { aborted } from "../lib/aborted.ts";
import type { Random } from "../lib/backoff.ts";
import type { Clock } from "../lib/clock.ts";
import { createDeferred } from "../lib/deferred.ts";
import type { Logger } from "../lib/logger.ts";
import type { Cluster, ClusterChange, ClusterRegistry } from "./cluster.ts";
import type { ClusterLink } from "./cluster-link.ts";
import { FleetMember } from "./fleet-member.ts";
import type { ClusterMember, MemberIntervals } from "./fleet-member.ts";
import type { PinnedIdentities } from "./pinned-identities.ts";

export interface ClusterRegistryOptions<C extends ClusterMember> {
  /** The clusters to begin with. */
  readonly clusters: readonly C[];
  /**
   * Makes the way to a cluster, without contacting it. A throw (a kubeconfig that cannot be read) makes the cluster DOWN and is tried again.
   * The registry closes what it gets.
   */
  readonly connect: (cluster: C, signal: AbortSignal) => Promise<ClusterLink>;
  readonly pins: PinnedIdentities;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly intervals?: Partial<MemberIntervals>;
}

export interface ConfigurableRegistry<C extends ClusterMember> extends ClusterRegistry {
  /** Makes the fleet these clusters: what is missing leaves, what is new joins, what differs leaves and joins; the others notice nothing. */
  apply(clusters: readonly C[]): void;
  /** A CustomResourceDefinition of this cluster changed: its kinds are read again soon. */
  kindsChanged(name: string): void;
  /** The operator's word that the cluster that answers under this name now is the right one. */
  acceptIdentity(name: string): void;
}

/** `ready` waits for the pinned identities only: a cluster that is down holds up nothing. */
export function createClusterRegistry<C extends ClusterMember>(
  options: ClusterRegistryOptions<C>,
): ConfigurableRegistry<C> {
  return new Registry(options);
}

const defaultIntervals: MemberIntervals = { identityMs: 60_000, discoveryMs: 300_000, discoveryMinMs: 1_000 };

interface Entry<C> {
  readonly config: C;
  readonly member: FleetMember;
}

class Registry<C extends ClusterMember> implements ConfigurableRegistry<C> {
  readonly name = "cluster registry";
  readonly #options: ClusterRegistryOptions<C>;
  readonly #ready = createDeferred();
  readonly #listeners = new Set<(change: ClusterChange) => void>();
  readonly #entries = new Map<string, Entry<C>>();
  readonly #running = new Set<Promise<void>>();
  #ordered: readonly Cluster[] = [];
  #wanted: readonly C[];
  #pins = new Map<string, string>();
  #saving: Promise<void> = Promise.resolve();
  #state: "new" | "running" | "stopped" = "new";

  constructor(options: ClusterRegistryOptions<C>) {
    this.#options = options;
    this.#wanted = options.clusters;
  }

  get ready(): Promise<void> {
    return this.#ready.promise;
  }

  async run(signal: AbortSignal): Promise<void> {
    try {
      this.#pins = new Map(Object.entries(await this.#options.pins.load()));
    } catch (error) {
      this.#options.logger.warn("pinned identities cannot be read", { error });
    }
    this.#state = "running";
    this.apply(this.#wanted);
    this.#ready.resolve();
    await aborted(signal);
    this.#state = "stopped";
    for (const { member } of this.#entries.values()) member.leave();
    await Promise.all(this.#running);
    await this.#saving;
  }

  get(name: string): Cluster | undefined {
    return this.#entries.get(name)?.member;
  }

  list(): readonly Cluster[] {
    return this.#ordered;
  }

  subscribe(listener: (change: ClusterChange) => void): () => void {
    // A wrapper of its own, so that one function subscribed twice is called twice and undone once.
    const own = (change: ClusterChange): void => listener(change);
    this.#listeners.add(own);
    return () => this.#listeners.delete(own);
  }

  apply(clusters: readonly C[]): void {
    this.#wanted = clusters;
    if (this.#state !== "running") return;
    const wanted = new Map(clusters.map((config) => [config.name, config]));
    for (const [name, { config }] of this.#entries) {
      const next = wanted.get(name);
      if (next !== undefined && isDeepStrictEqual(next, config)) continue;
      this.#leave(name);
      // Removed by name: whoever joins under it later is not compared with the one that went.
      if (next === undefined) this.#unpin(name);
    }
    for (const config of sorted(clusters)) if (!this.#entries.has(config.name)) this.#join(config);
  }

  kindsChanged(name: string): void {
    const member = this.#entries.get(name)?.member;
    // Failures are the member's own to report: it reads discovery again anyhow.
    member?.refreshDiscovery(member.signal).catch(() => {});
  }

  acceptIdentity(name: string): void {
    this.#unpin(name);
    this.#entries.get(name)?.member.forgetIdentity();
  }

  #join(config: C): void {
    const { connect, clock, random, logger, intervals } = this.#options;
    const member: FleetMember = new FleetMember({
      member: config,
      clock,
      random,
      logger,
      connect: (signal) => connect(config, signal),
      intervals: { ...defaultIntervals, ...intervals },
      pinnedUid: this.#pins.get(config.name),
      findDuplicate: (uid) => this.#claim(member, uid),
      onPinned: (uid) => this.#pin(member, uid),
      onStatus: (before, after) => this.#emit({ type: "status", cluster: member, before, after }),
    });
    this.#entries.set(config.name, { config, member });
    this.#order();
    logger.info("cluster joins", { cluster: config.name, role: config.role });
    this.#emit({ type: "joined", cluster: member });
    const running = member.run().finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  #leave(name: string): void {
    const member = this.#entries.get(name)?.member;
    if (member === undefined) return;
    this.#entries.delete(name);
    this.#order();
    this.#options.logger.info("cluster leaves", { cluster: name });
    member.leave();
    this.#emit({ type: "left", cluster: member });
    for (const { member: other } of this.#entries.values()) {
      const { identity } = other.status;
      if (identity.state === "duplicate" && identity.of === name) other.forgetIdentity();
    }
  }

  /** Of two names for one cluster the first in order keeps it, whichever was reached first. Returns the name that has the better claim. */
  #claim(claimant: FleetMember, uid: string): string | undefined {
    const position = this.#ordered.indexOf(claimant);
    for (const [at, other] of this.#ordered.entries()) {
      const { identity } = other.status;
      const holds = other !== claimant && identity.state === "pinned" && identity.uid === uid;
      if (!holds) continue;
      if (at < position) return other.name;
      this.#unpin(other.name);
      this.#entries.get(other.name)?.member.becomeDuplicate(uid, claimant.name);
    }
    return undefined;
  }

  #pin(member: FleetMember, uid: string): void {
    if (this.#pins.get(member.name) === uid || this.get(member.name) !== member) return;
    this.#options.logger.info("cluster identity is pinned", { cluster: member.name, uid });
    this.#pins.set(member.name, uid);
    this.#save();
  }

  #unpin(name: string): void {
    if (this.#pins.delete(name)) this.#save();
  }

  #save(): void {
    const uids = Object.fromEntries(this.#pins);
    this.#saving = this.#saving
      .then(() => this.#options.pins.save(uids))
      .catch((error: unknown) => this.#options.logger.warn("pinned identities cannot be kept", { error }));
  }

  #order(): void {
    this.#ordered = sorted(Array.from(this.#entries.values(), ({ member }) => member));
  }

  #emit(change: ClusterChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        this.#options.logger.error("listener of the cluster registry failed", { error });
      }
    }
  }
}

/** Home first, then by name. */
function sorted<T extends { readonly role: string; readonly name: string }>(clusters: readonly T[]): T[] {
  return clusters.toSorted((a, b) => {
    if (a.role !== b.role) return a.role === "home" ? -1 : 1;
    return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
  });
}
