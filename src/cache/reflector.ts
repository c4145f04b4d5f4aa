import type { WatchEvent } from "../kube/client.ts";
import { systemIdentity } from "../kube/identity.ts";
import { KubeError, isKubeError } from "../kube/kube-error.ts";
import { readsManagedFields } from "../kube/prepare-object.ts";
import { toResourceName } from "../kube/resource-id.ts";
import { createBackoff } from "../lib/backoff.ts";
import type { Backoff, Random } from "../lib/backoff.ts";
import type { Clock } from "../lib/clock.ts";
import { createDeferred } from "../lib/deferred.ts";
import type { Logger } from "../lib/logger.ts";
import { applyEvent } from "./apply-event.ts";
import type { CachedCluster } from "./cached-cluster.ts";
import { createChildAbort, withDeadline } from "./child-abort.ts";
import { compareHistory } from "./compare-history.ts";
import type { ChildAbort } from "./child-abort.ts";
import { planAfter, streamClosed } from "./failure-plan.ts";
import type { FailurePlan } from "./failure-plan.ts";
import type { IdentityGuard } from "./identity-guard.ts";
import { listAll } from "./list-all.ts";
import { relist, removeUnseen } from "./relist.ts";
import { Pacer } from "./pacer.ts";
import type { Pause } from "./pacer.ts";
import { isOlder } from "./resource-version.ts";
import type { ResourceStore } from "./resource-store.ts";
import type { RowMaker } from "./row-maker.ts";
import { showFailure } from "./show-failure.ts";
import type { Slices } from "./slices.ts";
import type { CacheTimings } from "./timings.ts";
import { type WatchEnd, runWatch } from "./watch-stream.ts";

export interface ReflectorOptions {
  readonly cluster: CachedCluster;
  readonly store: ResourceStore;
  readonly makeRow: RowMaker;
  readonly guard: IdentityGuard;
  readonly slices: Slices;
  readonly timings: CacheTimings;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/**
 * Keeps one resource of one cluster in step: list once, then watch for good, resuming from the last version. One loop, one request at a time.
 *
 * Promised:
 * - no row is deleted unless a DELETED event, a complete list or (for a kind that is gone) discovery says so;
 * - rows never go back, except with the cluster itself (an etcd restored to an older state, found at the next reconnect: the version of a list is then older
 *   than ours);
 * - nothing is read from a cluster whose identity is not the pinned one, asked anew after each break;
 * - whatever fails, the loop goes on, with doubling jittered pauses that start over only after a stream has lasted, or told something.
 * A restored etcd is noticed after the link broke, also where it has been written to past our version (compareHistory).
 */
export class Reflector {
  readonly #options: ReflectorOptions;
  readonly #store: ResourceStore;
  readonly #inPieces: boolean;
  readonly #backoff: Backoff;
  readonly #pacer: Pacer;
  /** The rows are those of a complete list, of this process or from disk: good enough to be served as STALE. */
  #complete = false;
  #mustList = true;
  readonly #manner = { arrives: true };
  /** No etcd can have been restored unnoticed since the rows came. */
  #isSameWorld = true;
  /** uid of the cluster that the rows are of. */
  #uid: string | undefined;
  /** clock.monotonic() of the first failure since the last connection. */
  #brokenAt: number | undefined;
  /** clock.monotonic() of the latest failure, at first of the beginning: a pinned uid may be of an earlier run. */
  #lastBreakAt: number;
  /** It is the pinned cluster that answers, as far as the link has held since. */
  #isConfirmed = false;
  #malformedAt: string | undefined;
  #suspectedAt = -Infinity;
  #notServed: { readonly at: number; readonly times: number } | undefined;
  #wasDown = false;
  #attempt: ChildAbort | undefined;
  #outcome = createDeferred();
  readonly counts = { lists: 0, watches: 0, failures: 0, oldEvents: 0 };

  constructor(options: ReflectorOptions) {
    this.#options = options;
    this.#store = options.store;
    this.#inPieces = !readsManagedFields(options.store.resource);
    const { backoffBaseMs: baseMs, backoffMaxMs: maxMs } = options.timings;
    this.#pacer = new Pacer(options.clock);
    this.#lastBreakAt = options.clock.monotonic();
    // Half of each pause is certain: full jitter may be next to nothing several times over, and then it is haste after all.
    this.#backoff = createBackoff({ baseMs, maxMs, random: () => options.random() / 2 });
  }

  /** The store has been filled from disk with what cluster `uid` had; before `run`. */
  restored(uid: string, observedAtMs: number): void {
    this.#uid = uid;
    this.#complete = true;
    this.#isSameWorld = false;
    this.#store.setState("STALE", "Restored", { observedAtMs });
    this.#settle();
  }

  /** What was restored is not to be trusted after all, and the store empty again: only a list fills it. */
  unrestored(): void {
    this.#complete = false;
    this.#mustList = true;
    const { name: cluster } = this.#options.cluster;
    this.#attempt?.abort(new KubeError({ reason: "Expired", cluster, message: "what the disk had is damaged" }));
  }

  /** Whether the rows are those of a complete list, and of which cluster. */
  get completeOf(): string | undefined {
    return this.#complete ? this.#uid : undefined;
  }

  /** Works until the signal is aborted. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      this.#pacer.begin();
      const pause = await this.#try(signal);
      if (!signal.aborted) await this.#pacer.pause(pause, signal);
    }
    this.#settle();
  }

  /** Resolves when the first list, or the next look for a kind that was not served, has come to something, be it a failure. */
  async settled(): Promise<void> {
    const { clock } = this.#options;
    // A kind may have come since. At most one look a second, however often it is asked for.
    const worthALook = this.#notServed !== undefined && clock.monotonic() - this.#notServed.at >= 1_000;
    const { state, error } = this.#store.status;
    if ((state !== "SYNCING" || error !== null) && !worthALook) return;
    if (worthALook) this.#pacer.wake();
    await this.#outcome.promise;
  }

  /** The cluster's status is another: a link known to be down is not waited for, one that came back is tried at once. */
  clusterChanged(): void {
    const { identity, health, apiResources } = this.#options.cluster.status;
    const isDown = health.state === "DOWN";
    const wentDown = isDown && !this.#wasDown;
    const cameUp = !isDown && this.#wasDown;
    this.#wasDown = isDown;
    if (identity.state === "changed" || identity.state === "duplicate") return this.#interrupt("IdentityChanged");
    if (wentDown) this.#interrupt("Unavailable");
    const isServed = this.#notServed !== undefined && apiResources.some((served) => this.#isThis(served));
    if (cameUp || isServed || this.#pacer.isOpenEnded) this.#pacer.wake();
  }

  /** Ends what is in flight; between two attempts it only counts as one that failed. */
  #interrupt(reason: "IdentityChanged" | "Unavailable"): void {
    const { cluster } = this.#options;
    const error = new KubeError({ reason, cluster: cluster.name, message: `the cluster's status: ${reason}` });
    if (this.#attempt !== undefined) this.#attempt.abort(error);
    else if (reason === "Unavailable" && this.#store.status.state === "FRESH") this.#failed(planAfter(error));
    if (reason === "IdentityChanged") this.#pacer.wake();
  }

  async #try(signal: AbortSignal): Promise<Pause> {
    const { timings, clock } = this.#options;
    const uid = this.#openGate();
    if (uid === undefined) return "woken";
    const attempt = createChildAbort(signal);
    this.#attempt = attempt;
    try {
      await this.#comeInStep(uid, attempt.signal);
      const [openedAt, openedFrom] = [clock.monotonic(), this.#store.resourceVersion];
      const hasLasted = (): boolean => clock.monotonic() - openedAt >= timings.stableMs;
      const end = await this.#watch(attempt.signal).finally(() => {
        if (hasLasted()) this.#backoff.reset();
      });
      this.#broke();
      // Servers end a watch after some minutes: nothing has failed. Nor has it where a server had nothing to say (kube-apiserver's first bookmark may
      // take longer than its second): the requests that come before the next watch show whether it still answers.
      if (end === "silent" || hasLasted()) return 0;
      // It told something: kube-apiserver ends so the watch of who reads too slowly, to whom a longer pause leaves more to be read.
      if (this.#store.resourceVersion !== openedFrom) this.#backoff.reset();
      return this.#failed(streamClosed);
    } catch (thrown) {
      if (signal.aborted) return 0;
      const error: unknown = attempt.signal.aborted ? attempt.signal.reason : thrown;
      if (isKubeError(error, "NotFound") && this.#mustList) return await this.#lookForKind(error, signal);
      return this.#failed(this.#planAfter(error));
    } finally {
      this.#attempt = undefined;
      attempt.release();
    }
  }

  /** The uid that must answer; undefined while nobody may be asked. */
  #openGate(): string | undefined {
    const { identity, health } = this.#options.cluster.status;
    if (identity.state === "pinned") return identity.uid;
    if (identity.state === "unknown") {
      // First contact is the registry's: here only its failure counts.
      if (health.state === "DOWN")
        this.#show({ ...planAfter(undefined), reason: health.reason ?? "Unavailable", error: "Unavailable" });
      return undefined;
    }
    const reason = identity.state === "changed" ? "IdentityChanged" : "DuplicateCluster";
    this.#mustList = true;
    this.#show({ ...planAfter(undefined), reason, error: "IdentityChanged", show: "nothing" });
    return undefined;
  }

  async #comeInStep(uid: string, signal: AbortSignal): Promise<void> {
    const { clock, guard, timings } = this.#options;
    if (!this.#isConfirmed) await guard.confirm({ uid, brokenAt: this.#lastBreakAt, signal });
    this.#isConfirmed = true;
    if (this.#uid !== uid) {
      // The operator has accepted another cluster under the name: neither its rows nor its versions have anything to do with what is held.
      if (this.#store.size > 0) this.#store.letGo("SYNCING", "Connecting", null);
      this.#uid = uid;
      this.#complete = false;
      this.#mustList = true;
    }
    const outageMs = this.#brokenAt === undefined ? 0 : clock.monotonic() - this.#brokenAt;
    if (outageMs >= timings.relistAfterOutageMs) {
      this.#mustList = true;
      this.#isSameWorld = false;
    }
    if (!this.#mustList && this.#brokenAt !== undefined) await this.#checkHistory(signal);
    if (this.#mustList) await this.#list(signal);
  }

  async #checkHistory(signal: AbortSignal): Promise<void> {
    const { resourceVersion, status } = this.#store;
    const held = { rows: this.#store.rows(), resourceVersion, skipped: status.skipped };
    const history = await compareHistory({ ...this.#options, ...this.#listOptions(signal), ...held });
    if (history === "same") return;
    this.#mustList = true;
    this.#isSameWorld = false;
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { clock, makeRow, slices } = this.#options;
    this.counts.lists++;
    const resourceVersion = await relist({
      store: this.#store,
      pages: listAll({ ...this.#listOptions(signal), manner: this.#manner }),
      makeRow,
      slices,
      onFirstPage: (page) => {
        // A list of one page is over before anybody could ask.
        if (page.continue !== undefined)
          this.#store.setState(this.#complete ? "STALE" : "SYNCING", this.#complete ? "Relisting" : "Listing");
      },
      isSameWorld: this.#isSameWorld,
      signal,
    });
    this.#mustList = false;
    this.#isSameWorld = true;
    this.#complete = true;
    this.#notServed = undefined;
    this.#malformedAt = undefined;
    this.#store.observed(clock.now(), resourceVersion);
    this.#connected();
    this.#settle();
  }

  #listOptions(signal: AbortSignal) {
    const { cluster, clock, timings } = this.#options;
    const expired = (): Error =>
      new KubeError({
        reason: "Timeout",
        cluster: cluster.name,
        message: `no page of the list within ${timings.pageTimeoutMs} ms`,
      });
    return {
      client: cluster.client,
      cluster: cluster.name,
      resource: this.#store.resource,
      pageLimit: timings.pageLimit,
      inPieces: this.#inPieces,
      signal,
      as: systemIdentity(`reflector ${this.#store.name}`),
      page: <T>(ask: (signal: AbortSignal) => Promise<T>, within = signal) =>
        withDeadline({ clock, ms: timings.pageTimeoutMs, signal: within, expired }, ask),
    };
  }

  async #watch(signal: AbortSignal): Promise<WatchEnd> {
    const { cluster, clock, random, timings } = this.#options;
    const { watchMinSeconds, watchMaxSeconds, silentMs, settleMs } = timings;
    const timeoutSeconds = Math.round(watchMinSeconds + random() * (watchMaxSeconds - watchMinSeconds));
    this.counts.watches++;
    // Once it is taken: what was missed before would have come by then.
    const cancel = clock.setTimer(() => this.#connected(clock.now()), settleMs);
    try {
      return await runWatch({
        client: cluster.client,
        cluster: cluster.name,
        resource: this.#store.resource,
        query: { resourceVersion: this.#store.resourceVersion, timeoutSeconds, inPieces: this.#inPieces },
        clock,
        silentMs,
        onEvent: (event) => this.#onEvent(event),
        signal,
        as: systemIdentity(`reflector ${this.#store.name}`),
      });
    } finally {
      cancel();
    }
  }

  #onEvent(event: Exclude<WatchEvent, { readonly type: "ERROR" }>): void {
    const { clock, makeRow } = this.#options;
    if (event.type === "BOOKMARK") {
      if (isOlder(event.resourceVersion, this.#store.resourceVersion)) return this.#suspect();
      this.#store.observed(clock.now(), event.resourceVersion);
    } else {
      const applied = applyEvent(this.#store, event, makeRow);
      if (applied === "old") {
        this.counts.oldEvents++;
        return this.#suspect();
      }
    }
    this.#malformedAt = undefined;
    this.#connected(clock.now());
  }

  /** Something from the past came: dropped, and the whole is listed to be sure, but not again and again. */
  #suspect(): void {
    const { clock, cluster, timings } = this.#options;
    if (clock.monotonic() - this.#suspectedAt < timings.suspicionMs) return;
    this.#suspectedAt = clock.monotonic();
    throw new KubeError({ reason: "Expired", cluster: cluster.name, message: "the watch went back in time" });
  }

  #broke(): void {
    this.#lastBreakAt = this.#options.clock.monotonic();
    this.#brokenAt ??= this.#lastBreakAt;
    this.#isConfirmed = false;
  }

  /** `observedAtMs`: set where this is also a proof of being in step. */
  #connected(observedAtMs?: number): void {
    this.#brokenAt = undefined;
    this.#store.setState("FRESH", null, observedAtMs === undefined ? {} : { observedAtMs });
  }

  #planAfter(error: unknown): FailurePlan {
    const plan = planAfter(error);
    if (!isKubeError(error, "MalformedResponse")) return plan;
    // Once, the line was bad; twice at the same version, it is what the server sends there: only a list gets past it.
    const repeats = this.#malformedAt === this.#store.resourceVersion;
    this.#malformedAt = this.#store.resourceVersion;
    return repeats ? { ...plan, relist: true } : plan;
  }

  #failed(plan: FailurePlan): number {
    const { timings, random } = this.#options;
    this.counts.failures++;
    this.#broke();
    if (plan.relist) this.#mustList = true;
    this.#show(plan);
    const pauseMs = plan.pace === "slow" ? Math.round(timings.slowMs * (0.5 + random() / 2)) : this.#backoff.next();
    return Math.max(pauseMs, plan.retryAfterMs);
  }

  #show(plan: FailurePlan): void {
    this.#complete = showFailure(this.#store, plan, this.#complete);
    this.#settle();
  }

  /**
   * 404 for a list: the kind is not served - or a proxy, or a server that has not loaded its CRDs yet, does not tell the truth. Only where discovery says so too is the
   * resource empty (FRESH, no rows); where rows are held, only when both say so twice.
   */
  async #lookForKind(error: KubeError, signal: AbortSignal): Promise<Pause> {
    const { clock, cluster, timings } = this.#options;
    try {
      const served = await cluster.refreshDiscovery(signal);
      if (served.some((resource) => this.#isThis(resource))) return this.#failed(planAfter(error));
    } catch (failure) {
      return signal.aborted ? 0 : this.#failed(planAfter(failure));
    }
    const times = (this.#notServed?.times ?? 0) + 1;
    this.#notServed = { at: clock.monotonic(), times };
    if (this.#store.size > 0 && times < 2) return this.#failed({ ...planAfter(error), reason: "NotServed" });
    this.#store.edit(() => {
      this.#store.setSkipped(new Set(), 0);
      removeUnseen(this.#store, new Set(), this.#store.resourceVersion);
    });
    this.#complete = true;
    this.#broke();
    this.#store.setState("FRESH", null, { observedAtMs: clock.now() });
    this.#settle();
    return timings.slowMs;
  }

  #isThis(served: { readonly group: string; readonly plural: string }): boolean {
    return toResourceName(served) === this.#store.name;
  }

  #settle(): void {
    this.#outcome.resolve();
    this.#outcome = createDeferred();
  }
}
