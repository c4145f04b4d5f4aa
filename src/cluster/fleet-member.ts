import { isDeepStrictEqual } from "node:util";
import { createSharedAbort } from "../lib/shared-abort.ts";
import type { BelievedRealm } from "../kube/identity.ts";
import type { Random } from "../lib/backoff.ts";
import { createBackoff } from "../lib/backoff.ts";
import type { Clock } from "../lib/clock.ts";
import { sleep } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { untilAborted } from "../lib/until-aborted.ts";
import type { KubeClient } from "../kube/client.ts";
import { systemIdentity } from "../kube/identity.ts";
import { KubeError, isKubeError } from "../kube/kube-error.ts";
import type { ApiResource } from "../kube/resource-id.ts";
import type { Health } from "../kube/rows/row.ts";
import type { Cluster, ClusterIdentity, ClusterRole, ClusterStatus } from "./cluster.ts";
import { toClusterHealth } from "./cluster-health.ts";
import type { ClusterLink } from "./cluster-link.ts";
import { withIdentityGuard } from "./identity-guard.ts";
import { createSingleFlight } from "./single-flight.ts";

/** What the registry must know of a cluster's configuration; the rest is between the configuration and `connect`. */
export interface ClusterMember {
  readonly name: string;
  readonly role: ClusterRole;
  readonly labels: Readonly<Record<string, string>>;
  readonly write: boolean;
  readonly identities: readonly BelievedRealm[];
  readonly authorization: Cluster["authorization"];
}

export interface FleetMemberOptions {
  readonly member: ClusterMember;
  readonly connect: (signal: AbortSignal) => Promise<ClusterLink>;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly intervals: MemberIntervals;
  /** As pinned in an earlier life. */
  readonly pinnedUid: string | undefined;
  /** The cluster that has this uid and comes before this one. */
  readonly findDuplicate: (uid: string) => string | undefined;
  readonly onPinned: (uid: string) => void;
  readonly onStatus: (before: ClusterStatus, after: ClusterStatus) => void;
}

export interface MemberIntervals {
  /** Between two looks at the identity while nothing happens. */
  readonly identityMs: number;
  readonly discoveryMs: number;
  /** Between two readings of discovery that were asked for. */
  readonly discoveryMinMs: number;
}

/** A cluster of the fleet from join to leave: holds its link, knows who it is, and lets nobody through to another. */
export class FleetMember implements Cluster {
  readonly name: string;
  readonly role: ClusterRole;
  readonly labels: Readonly<Record<string, string>>;
  readonly writable: boolean;
  readonly believes: readonly BelievedRealm[];
  readonly authorization: Cluster["authorization"];
  readonly client: KubeClient;
  readonly #options: FleetMemberOptions;
  readonly #left = createSharedAbort();
  readonly #ask: (url: string) => Promise<string | null>;
  readonly #discover: (key: "") => Promise<readonly ApiResource[]>;
  readonly #linking: Promise<ClusterLink>;
  #link: ClusterLink | undefined;
  #epoch = createSharedAbort();
  #status: ClusterStatus;
  #discoveredAtMs = -Infinity;
  #isDiscoveryDue = true;
  #isWoken = false;
  #endPause: (() => void) | undefined;

  constructor(options: FleetMemberOptions) {
    const { member, pinnedUid } = options;
    this.#options = options;
    this.name = member.name;
    this.role = member.role;
    this.labels = member.labels;
    this.writable = member.write;
    this.believes = member.identities;
    this.authorization = member.authorization;
    this.#status = {
      identity: pinnedUid === undefined ? { state: "unknown" } : { state: "pinned", uid: pinnedUid },
      version: null,
      health: { state: "UNKNOWN", reason: "NotProbed", message: null, since: null },
      endpoints: [],
      apiResources: [],
    };
    this.#ask = createSingleFlight((url) => this.#readIdentity(url));
    this.#discover = createSingleFlight(() => this.#readDiscovery());
    this.#linking = this.#connect();
    this.#linking.catch(() => {});
    this.client = withIdentityGuard({
      cluster: this.name,
      connected: (signal) => this.#connected(signal),
      epoch: () => this.#epoch.signal,
    });
  }

  get signal(): AbortSignal {
    return this.#left.signal;
  }

  get status(): ClusterStatus {
    this.#refreshEndpoints();
    return this.#status;
  }

  /** Looks after identity, version and discovery until `leave`. Never rejects. */
  async run(): Promise<void> {
    const { clock, random, intervals, logger } = this.#options;
    const backoff = createBackoff({ baseMs: 1_000, maxMs: intervals.identityMs, random });
    while (!this.signal.aborted) {
      let waitMs = intervals.identityMs;
      try {
        await this.#contact(await this.#linking);
        backoff.reset();
      } catch (error) {
        waitMs = backoff.next();
        logger.debug("cluster cannot be contacted", { cluster: this.name, error });
      }
      await this.#pause(clock, waitMs);
    }
    await (await this.#linking.catch(() => undefined))?.close();
  }

  /** Ends it: calls in flight fail, `run` resolves once the sockets are released. */
  leave(): void {
    if (this.signal.aborted) return;
    const error = new KubeError({
      reason: "Unavailable",
      message: "the cluster has left the fleet",
      cluster: this.name,
    });
    this.#epoch.abort(error);
    this.#left.abort(error);
  }

  refreshDiscovery(signal: AbortSignal): Promise<readonly ApiResource[]> {
    const { clock, intervals } = this.#options;
    if (clock.monotonic() - this.#discoveredAtMs < intervals.discoveryMinMs) {
      return Promise.resolve(this.#status.apiResources);
    }
    return untilAborted(this.#discover(""), signal).catch((cause: unknown) => {
      if (isKubeError(cause)) throw cause;
      throw new KubeError({ reason: "Aborted", message: "the call was given up", cluster: this.name, cause });
    });
  }

  /** The identity counts from now on, whatever was pinned: the operator said so, or the cluster it was a duplicate of has left. */
  forgetIdentity(): void {
    this.#setIdentity({ state: "unknown" });
    this.#wake();
  }

  /** Another cluster has the better claim to the same uid. */
  becomeDuplicate(uid: string, of: string): void {
    this.#refuse({ state: "duplicate", uid, of }, `the same cluster is configured as "${of}" already`);
  }

  async #connect(): Promise<ClusterLink> {
    const { connect, clock, random, logger } = this.#options;
    const backoff = createBackoff({ baseMs: 1_000, maxMs: 30_000, random });
    for (;;) {
      try {
        const link = await connect(this.signal);
        this.#link = link;
        link.verifyWith((url) => this.#verify(url));
        link.subscribe(({ before, after }) => {
          // It may have been upgraded meanwhile.
          if (before.health.state === "DOWN" && after.health.state !== "DOWN") this.#isDiscoveryDue = true;
          this.#refreshEndpoints();
          this.#wake();
        });
        this.#refreshEndpoints();
        return link;
      } catch (error) {
        if (this.signal.aborted) throw error;
        logger.error("cluster cannot be connected", { cluster: this.name, error });
        const message = error instanceof Error ? error.message : String(error);
        this.#set({ health: this.#since({ state: "DOWN", reason: "ConnectionNotConfigured", message }) });
        await sleep(clock, backoff.next(), this.signal);
      }
    }
  }

  /** Without a link there is nothing to wait for: reading a kubeconfig takes no time, and failing to is DOWN. */
  async #connected(signal: AbortSignal): Promise<KubeClient> {
    if (this.#link !== undefined) return this.#link;
    const { state, message } = this.#status.health;
    if (state !== "DOWN") return untilAborted(this.#linking, signal);
    throw new KubeError({ reason: "CredentialsUnavailable", message: message ?? "no connection", cluster: this.name });
  }

  /** null where the credentials may not ask (RBAC): then there is nothing to compare. */
  async #readIdentity(url: string): Promise<string | null> {
    const link = await this.#linking;
    try {
      return await link.readIdentity(url, this.signal);
    } catch (error) {
      if (isKubeError(error, "Forbidden", "NotFound")) return null;
      throw error;
    }
  }

  async #verify(url: string): Promise<void> {
    const uid = await this.#ask(url);
    if (uid !== null) this.#compare(url, uid);
    if (this.#epoch.signal.aborted) throw this.#epoch.signal.reason;
  }

  get #isRefused(): boolean {
    const { state } = this.#status.identity;
    return state === "changed" || state === "duplicate";
  }

  #compare(endpoint: string, found: string): void {
    const { identity } = this.#status;
    if (identity.state === "unknown") {
      const of = this.#options.findDuplicate(found);
      if (of !== undefined) return this.becomeDuplicate(found, of);
      this.#setIdentity({ state: "pinned", uid: found });
      this.#options.onPinned(found);
    } else if (identity.state === "pinned" && identity.uid !== found) {
      const { uid } = identity;
      const fields = { cluster: this.name, endpoint, pinned: uid, found };
      this.#options.logger.error("another cluster answers under this name", fields);
      const message = `another cluster answers under this name: ${found} where ${uid} was pinned`;
      this.#refuse({ state: "changed", uid, found }, message);
    }
  }

  #refuse(identity: ClusterIdentity, message: string): void {
    if (isDeepStrictEqual(this.#status.identity, identity)) return;
    this.#set({ identity });
    this.#epoch.abort(new KubeError({ reason: "IdentityChanged", message, cluster: this.name }));
  }

  #setIdentity(identity: ClusterIdentity): void {
    if (this.#epoch.signal.aborted && !this.signal.aborted) this.#epoch = createSharedAbort();
    this.#set({ identity });
  }

  /** What is asked of a cluster that has just come or come back, and then now and then. Throws where it cannot be asked. */
  async #contact(link: ClusterLink): Promise<void> {
    const { clock, intervals } = this.#options;
    const urls = link.endpoints.filter(({ health }) => health.state !== "DOWN").map(({ url }) => url);
    const asked = await Promise.allSettled(urls.map((url) => this.#ask(url)));
    const uids = asked.map((outcome) => (outcome.status === "fulfilled" ? outcome.value : null));
    uids.forEach((uid, at) => uid !== null && this.#compare(urls[at] ?? "", uid));
    this.#forgive(uids.filter((uid) => uid !== null));
    const failure = asked.find((outcome) => outcome.status === "rejected");
    if (failure !== undefined && uids.every((uid) => uid === null)) throw failure.reason;
    if (urls.length === 0 || this.#isRefused) return;
    const isOld = clock.monotonic() - this.#discoveredAtMs >= intervals.discoveryMs;
    if (isOld || this.#isDiscoveryDue) await this.#discover("");
  }

  /** After a change, only when every endpoint that answers is right again: one lying endpoint is enough to serve nothing. */
  #forgive(uids: readonly string[]): void {
    const { identity } = this.#status;
    if (identity.state !== "changed" || uids.length === 0 || !uids.every((uid) => uid === identity.uid)) return;
    this.#options.logger.info("the pinned cluster answers again", { cluster: this.name, uid: identity.uid });
    this.#setIdentity({ state: "pinned", uid: identity.uid });
  }

  async #readDiscovery(): Promise<readonly ApiResource[]> {
    const options = { signal: this.signal, as: systemIdentity("discovery") };
    const [version, apiResources] = await Promise.all([this.client.version(options), this.client.discover(options)]);
    this.#discoveredAtMs = this.#options.clock.monotonic();
    this.#isDiscoveryDue = false;
    const same = isDeepStrictEqual(apiResources, this.#status.apiResources);
    this.#set({ version, ...(same ? {} : { apiResources }) });
    return this.#status.apiResources;
  }

  #refreshEndpoints(): void {
    const endpoints = this.#link?.endpoints;
    if (endpoints === undefined || endpoints === this.#status.endpoints) return;
    const health = this.#since(toClusterHealth(endpoints));
    const changed = endpoints.some(({ health: after }, at) => after.state !== this.#status.endpoints[at]?.health.state);
    // A new time of the last probe, or the same state for another reason, is no change to tell.
    if (changed) this.#set({ endpoints, health });
    else this.#status = { ...this.#status, endpoints, health };
  }

  #since(health: Omit<Health, "since">): Health {
    const before = this.#status.health;
    const same = before.state === health.state;
    return { ...health, since: same ? before.since : new Date(this.#options.clock.now()).toISOString() };
  }

  #set(part: Partial<ClusterStatus>): void {
    const before = this.#status;
    const after = { ...before, ...part };
    if (isDeepStrictEqual(before, after)) return;
    this.#status = after;
    this.#options.onStatus(before, after);
  }

  /** Something happened: the next contact is now, or follows the one under way. */
  #wake(): void {
    this.#isWoken = true;
    this.#endPause?.();
  }

  async #pause(clock: Clock, ms: number): Promise<void> {
    const woken = new AbortController();
    this.#endPause = () => woken.abort();
    if (this.#isWoken || this.signal.aborted) woken.abort();
    this.signal.addEventListener("abort", this.#endPause, { once: true });
    await sleep(clock, ms, woken.signal).catch(() => {});
    this.signal.removeEventListener("abort", this.#endPause);
    this.#endPause = undefined;
    this.#isWoken = false;
  }
}
