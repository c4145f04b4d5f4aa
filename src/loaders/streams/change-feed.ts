import { ApiError } from "../../kube/api-error.ts";
import type { CacheEvent, Change, FleetCache, FleetSnapshot, LogPosition } from "../../cache/fleet-cache.ts";
import type { ResourceName } from "../../kube/resource-id.ts";
import type { ChangeMessage, ReadStateValue } from "../request-context.ts";
import { createChangeQueue, selectChange } from "./change-queue.ts";
import type { ChangeQueue } from "./change-queue.ts";
import { compareRights } from "./rights-difference.ts";
import { noRights, positionKey } from "./stream-cursor.ts";
import { currentPositions, currentStates, snapshotMessages, toMessage } from "./stream-messages.ts";
import { StreamProgress } from "./stream-progress.ts";
import { partitionOf } from "./stream-selection.ts";
import type { StreamSelection } from "./stream-selection.ts";

export interface ChangeFeedOptions {
  readonly cache: Pick<FleetCache, "snapshot" | "log">;
  readonly positionOf: (change: Change) => LogPosition;
  /** Objects that may wait before it overflows. */
  readonly maxPending: number;
}

interface Pair {
  readonly cluster: string;
  readonly resource: ResourceName;
}

/** What comes before the live changes; its last message is SYNCED. */
export type Prelude = Iterator<ChangeMessage>;

/**
 * What waits for a receiver, in which order, and how far it has come: a prelude, read states, changes merged by object. Synchronous, without a
 * subscription of its own: whoever has it passes on what the cache tells. Every change is put to the selection of the moment it is heard at; when
 * the selection changes, what waits is put to the new one, so that nothing leaves here that the receiver may not see.
 */
export class ChangeFeed {
  readonly progress: StreamProgress;
  readonly #options: ChangeFeedOptions;
  /** Whose read state the receiver is to be told. */
  readonly #states = new Map<string, Pair>();
  #selection: StreamSelection;
  #queue: ChangeQueue;
  #prelude: Prelude | undefined;
  #fromSequence = 0;

  constructor(options: ChangeFeedOptions, selection: StreamSelection, like?: ChangeFeed) {
    this.#options = options;
    this.#selection = selection;
    this.progress = like?.progress.copy() ?? new StreamProgress(selection.filterHash, options.positionOf);
    this.#queue = like === undefined ? createChangeQueue() : like.#queue.copy();
    if (like === undefined) return;
    this.#fromSequence = like.#fromSequence;
    for (const [key, state] of like.#states) this.#states.set(key, state);
  }

  get selection(): StreamSelection {
    return this.#selection;
  }

  /** Nothing waits: the receiver has everything. */
  get isInStep(): boolean {
    return this.#prelude === undefined && this.#queue.size === 0 && this.#states.size === 0;
  }

  /**
   * One for another receiver of the same selection that has got what this one's has; `first` is what it still has to get before the rest. In the middle
   * of a prelude, which cannot be taken over, it starts over.
   */
  fork(first?: ChangeMessage): ChangeFeed {
    const fork = new ChangeFeed(this.#options, this.#selection, this);
    if (this.#prelude !== undefined) fork.startOver();
    else if (first !== undefined) fork.begin([first].values());
    return fork;
  }

  begin(prelude: Prelude): void {
    this.#prelude = prelude;
  }

  next(): ChangeMessage | undefined {
    if (this.#prelude !== undefined) {
      const next = this.#prelude.next();
      if (next.done === true || next.value.type === "SYNCED") this.#prelude = undefined;
      if (next.done !== true) return next.value;
    }
    // What was heard and waits for nobody is behind the receiver.
    if (this.#queue.size === 0) this.progress.catchUp();
    const readStates = this.#takeStates();
    if (readStates.length > 0)
      return { type: "CLUSTER_STATE", reason: null, objects: [], readStates, cursor: this.cursor()() };
    const item = this.#queue.shift();
    if (item === undefined) return undefined;
    // What was heard of before it could not be seen any more is not told of, not even by how far it went.
    if (item.since !== undefined && this.#isTold(item.since)) this.progress.reach(item.since);
    if (this.#queue.size === 0) this.progress.catchUp();
    return toMessage(item, this.cursor());
  }

  /** Takes note of what the cache tells. Throws SUBSCRIPTION_OVERFLOW where too much waits. */
  hear(event: CacheEvent): void {
    if (event.type === "status") {
      if (!this.#selection.covers(event.cluster, event.resource)) return;
      if (event.after === undefined) this.startOver();
      else this.#noteState(event);
      return;
    }
    const { change } = event;
    if (change.sequence <= this.#fromSequence || !this.#selection.covers(change.cluster, change.resource)) return;
    this.progress.hear(change);
    const selected = selectChange(change, this.#selection.matches);
    if (selected === undefined) return;
    this.#queue.push(selected, change);
    if (this.#queue.size > this.#options.maxPending) throw this.#overflow();
  }

  /** From now on the receiver may see something else: it is told of what it gained and lost; where that is much or not known, it starts over. */
  reselect(next: StreamSelection): void {
    const before = this.#selection;
    this.#selection = next;
    const snapshot = this.#options.cache.snapshot();
    const difference = compareRights(before, next, snapshot);
    if (difference === undefined) return;
    if (difference === "unknown" || this.#prelude !== undefined) return this.startOver();
    const { gained, lost, pairs } = difference;
    if (this.#queue.size + gained.length + lost.length > this.#options.maxPending) return this.startOver();
    this.#queue.drop(({ clusterName }) => next.stateOf(clusterName) === "unavailable");
    this.#queue.lose((row) => !next.sees(partitionOf(row)), lost);
    for (const row of gained) this.#queue.push({ type: "ADDED", reason: "GAINED_ACCESS", row }, undefined);
    // What the cache shows has been heard of, so that what is gained begins after it.
    this.progress.restrict(currentPositions(next, this.#options.cache));
    if (this.#queue.size === 0) this.progress.catchUp();
    for (const pair of pairs) this.#noteState(pair);
  }

  /** RESYNC and the snapshot of now. */
  startOver(): void {
    const { cache } = this.#options;
    const snapshot = cache.snapshot();
    this.#fromSequence = snapshot.sequence;
    this.#queue = createChangeQueue();
    this.#states.clear();
    this.begin(this.snapshotted(snapshot, true));
  }

  /** `snapshot` is of now, not of when the first message is asked for: the changes that follow are relative to it. */
  snapshotted(snapshot: FleetSnapshot, isResync: boolean): Prelude {
    const selection = this.#selection;
    const readStates = currentStates(selection);
    this.progress.reset(currentPositions(selection, this.#options.cache));
    const synced = (): ChangeMessage => this.synced(readStates);
    return (function* () {
      if (isResync) yield { type: "RESYNC", reason: null, objects: [], readStates: [], cursor: null };
      yield* snapshotMessages(selection, snapshot);
      yield synced();
    })();
  }

  synced(readStates: readonly ReadStateValue[]): ChangeMessage {
    return { type: "SYNCED", reason: null, objects: [], readStates, cursor: this.cursor()() };
  }

  /** Of this moment; see StreamProgress. Whoever leaves before a change of rights was told has to be told all by a snapshot. */
  cursor(): () => string {
    return this.progress.cursor(this.#queue.byRights > 0 ? noRights : this.#selection.rights);
  }

  #isTold({ cluster, resource }: Change): boolean {
    return this.#selection.extent(cluster, resource) !== "none";
  }

  #noteState({ cluster, resource }: Pair): void {
    this.#states.set(positionKey(cluster, resource), { cluster, resource });
  }

  /** As they are now; of clusters that are there for the receiver. */
  #takeStates(): readonly ReadStateValue[] {
    if (this.#states.size === 0) return [];
    const states = [...this.#states.values()].flatMap(({ cluster, resource }) => this.#selection.readState(cluster, resource) ?? []); // prettier-ignore
    this.#states.clear();
    return states;
  }

  #overflow(): ApiError {
    return new ApiError(
      "SUBSCRIPTION_OVERFLOW",
      `The receiver is too slow: more than ${this.#options.maxPending} changed objects wait for it. Subscribe again with after: extensions.cursor.`,
      { cursor: this.#prelude === undefined ? this.cursor()() : null, retryable: true },
    );
  }
}
