import { createBodyDictionary } from "../kube/body-dictionary.ts";
import type { BodyDictionary } from "../kube/body-dictionary.ts";
import type { AnyRow } from "../kube/rows/row.ts";
import type { Clock } from "../lib/clock.ts";
import type { LoopLoad } from "../lib/loop-load.ts";
import type { ResourceStore } from "./resource-store.ts";
import type { Slices } from "./slices.ts";
import type { CacheTimings } from "./timings.ts";

export interface BodyPackerOptions {
  readonly store: ResourceStore;
  readonly clock: Clock;
  /** Short ones: nobody waits for what is packed. */
  readonly slices: Slices;
  /** Whether a list is being worked in, of any resource: then packing waits. */
  readonly isListing: () => boolean;
  /** While it is busy, what has changed waits: some of it will have changed again. */
  readonly load: LoopLoad;
  readonly timings: Pick<CacheTimings, "packDelayMs" | "quietPauseMs" | "packPatienceMs">;
}

/** More rows than these are looked for instead of being remembered; nor do so many wait: they take about 20 MB. */
const mostFresh = 4_000;

/** Below so many objects a dictionary costs more than it saves. */
export const fewRows = 50;

/**
 * Packs the bodies of a store while nothing else is to be done: some time after the latest reason to, in slices with pauses four times as long. Never
 * before the first answer, since all of it costs as much time as parsing everything once more.
 */
export class BodyPacker {
  readonly #options: BodyPackerOptions;
  #dictionary: BodyDictionary | undefined;
  #cancelTimer: (() => void) | undefined;
  #isPacking = false;
  /** What is being packed is all there was. */
  #isLooking = false;
  #isStopped = false;
  /** Rows that have come since the latest look over all. */
  #fresh: AnyRow[] = [];
  /** clock.monotonic() of the first reason to pack that waits. */
  #waitingSince: number | undefined;
  /** Rows may be unpacked anywhere. */
  #mustLook = true;

  constructor(options: BodyPackerOptions) {
    this.#options = options;
  }

  /** What bodies are packed with; undefined as long as there are few. */
  get dictionary(): BodyDictionary | undefined {
    return this.#dictionary;
  }

  /** Whether all is packed but for what has changed since: that never ends while a fleet changes. */
  get isThrough(): boolean {
    return this.#isIdle || !(this.#mustLook || this.#isLooking);
  }

  get #isIdle(): boolean {
    return this.#cancelTimer === undefined && !this.#isPacking;
  }

  /** Goes on with the dictionary that bodies from disk are packed with. */
  adopt(dictionary: BodyDictionary): void {
    this.#dictionary = dictionary;
  }

  /** There are new bodies, anywhere. */
  schedule(): void {
    this.#mustLook = true;
    this.#schedule();
  }

  /** This row has a new body: what has changed is packed without a look at all others. */
  changed(row: AnyRow): void {
    if (this.#fresh.length < mostFresh) this.#fresh.push(row);
    else this.#mustLook = true;
    this.#schedule();
  }

  stop(): void {
    this.#isStopped = true;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#isPacking = false;
  }

  #schedule(): void {
    if (!this.#isIdle || this.#isStopped) return;
    if (this.#options.store.size < fewRows) {
      this.#mustLook = true;
      this.#fresh = [];
      return;
    }
    const { timings, isListing, clock } = this.#options;
    this.#waitingSince ??= clock.monotonic();
    this.#arm(timings.packDelayMs, () => {
      if (isListing() || this.#mayWait()) return this.#schedule();
      this.#waitingSince = undefined;
      this.#isPacking = true;
      this.#isLooking = this.#mustLook;
      const rows = this.#mustLook ? this.#unpackedRows() : this.#freshRows(this.#fresh);
      this.#mustLook = false;
      this.#fresh = [];
      this.#pack(rows);
    });
  }

  /** Whether there is something better to do, and little to be packed. */
  #mayWait(): boolean {
    const { load, clock, timings } = this.#options;
    if (this.#mustLook || !load.isBusy()) return false;
    return clock.monotonic() - (this.#waitingSince ?? 0) < timings.packPatienceMs;
  }

  #arm(ms: number, act: () => void): void {
    this.#cancelTimer = this.#options.clock.setTimer(() => {
      this.#cancelTimer = undefined;
      act();
    }, ms);
  }

  #pack(rows: Iterator<AnyRow | undefined, unknown>): void {
    const { slices, timings } = this.#options;
    const isOver = slices.begin();
    do {
      const next = rows.next();
      if (next.done === true) {
        this.#isPacking = false;
        this.#isLooking = false;
        if (this.#mustLook || this.#fresh.length > 0) this.#schedule();
        return;
      }
      if (next.value === undefined) continue;
      this.#dictionary ??= this.#createDictionary(next.value);
      next.value.body.pack(this.#dictionary);
    } while (!isOver());
    this.#arm(timings.quietPauseMs, () => this.#pack(rows));
  }

  /** Of one moment: what comes later is a reason to begin again. Undefined now and then, since to look at thousands that are packed takes its time too. */
  *#unpackedRows(): Generator<AnyRow | undefined, void> {
    for (const { rows } of this.#options.store.snapshot().partitions) {
      let seen = 0;
      for (const row of rows) {
        if (!row.body.isPacked) yield row;
        else if (++seen % 128 === 0) yield undefined;
      }
    }
  }

  /** Those of them that are held still. */
  *#freshRows(rows: readonly AnyRow[]): Generator<AnyRow, void> {
    const { store } = this.#options;
    for (const row of rows) {
      if (!row.body.isPacked && store.get(row.namespace ?? "", row.name) === row) yield row;
    }
  }

  /** Of two objects from different places: what they share, the others share too. */
  #createDictionary(first: AnyRow): BodyDictionary {
    const { partitions } = this.#options.store.snapshot();
    const other = partitions.at(-1)?.rows.at(-1) ?? first;
    return createBodyDictionary([other.body.text(), first.body.text()]);
  }
}
