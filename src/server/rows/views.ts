import type { PartitionKey, PartitionSnapshot } from "../../cache/fleet-cache.ts";
import type { ObjectRow } from "../../kube/rows/row.ts";
import { sizeOf } from "./chunk.ts";
import type { Chunk } from "./chunk.ts";
import type { RelatedTable } from "./related-texts.ts";
import type { RowPlan } from "./row-plan.ts";

/** Everything that is remembered of one selection and filter, for all callers together. */
export interface View {
  readonly plan: RowPlan;
  /** How often it was asked for. */
  reads: number;
  /** A row that could not be written. */
  failing: WeakRef<ObjectRow> | undefined;
  /** What relations of its rows showed last, by slot, cluster and variant. */
  readonly tables: Map<string, RelatedTable>;
  chunk(partition: PartitionKey, variant: string): Chunk | undefined;
  /** Remembers the newest chunk of a partition; nothing where the view has been forgotten meanwhile. */
  keep(partition: PartitionSnapshot, variant: string, chunk: Chunk): void;
}

/** Views by key, least recently used first to go. */
export interface Views {
  /** The view of this key; made by `compile`, which may throw, where there is none. */
  get(key: string, compile: () => RowPlan): View;
  /** Bytes held by chunks. */
  readonly bytes: number;
  readonly size: number;
  /** Forgets everything. */
  clear(): void;
}

export interface ViewLimits {
  /** Of all chunks together. */
  readonly bytes: number;
  readonly views: number;
  /** Rows from which on a list is written as bytes and its chunks are kept. */
  readonly wideRows: number;
}

/** 64 MiB are some 300,000 rows of eight fields; a plan without chunks takes some kilobytes. */
export const defaultViewLimits: ViewLimits = { bytes: 64 * 1024 * 1024, views: 500, wideRows: 256 };

/** What a chunk counts for, apart from it: who is told that it has gone must not hold it. */
interface Weight {
  readonly owner: HeldView;
  bytes: number;
}

/** A chunk with its partition's revision. */
interface Kept {
  chunk: Chunk;
  revision: number;
  readonly weight: Weight;
}

export function createViews(limits: ViewLimits): Views {
  return new LeastRecentViews(limits);
}

class LeastRecentViews implements Views {
  readonly #limits: ViewLimits;
  readonly #views = new Map<string, HeldView>();
  /** Chunks go with their partition; what they counted for then goes too. */
  readonly #gone = new FinalizationRegistry<Weight>(({ owner, bytes }) => owner.count(-bytes));
  #bytes = 0;

  constructor(limits: ViewLimits) {
    this.#limits = limits;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    return this.#views.size;
  }

  get(key: string, compile: () => RowPlan): View {
    let view = this.#views.get(key);
    if (view === undefined) {
      view = new HeldView(compile(), this.#gone, (bytes) => this.#count(bytes));
      this.#views.set(key, view);
      this.#shrink();
    } else {
      this.#views.delete(key);
      this.#views.set(key, view);
    }
    return view;
  }

  clear(): void {
    for (const view of this.#views.values()) view.forget();
    this.#views.clear();
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (bytes > 0) this.#shrink();
  }

  #shrink(): void {
    for (const [key, view] of this.#views) {
      if (this.#bytes <= this.#limits.bytes && this.#views.size <= this.#limits.views) return;
      this.#views.delete(key);
      view.forget();
    }
  }
}

class HeldView implements View {
  readonly plan: RowPlan;
  reads = 0;
  failing: WeakRef<ObjectRow> | undefined;
  readonly tables = new Map<string, RelatedTable>();
  readonly #gone: FinalizationRegistry<Weight>;
  readonly #total: (bytes: number) => void;
  #chunks: WeakMap<PartitionKey, Map<string, Kept>> | undefined = new WeakMap();
  #bytes = 0;

  constructor(plan: RowPlan, gone: FinalizationRegistry<Weight>, total: (bytes: number) => void) {
    this.plan = plan;
    this.#gone = gone;
    this.#total = total;
  }

  chunk(partition: PartitionKey, variant: string): Chunk | undefined {
    return this.#chunks?.get(partition)?.get(variant)?.chunk;
  }

  keep({ key, revision }: PartitionSnapshot, variant: string, chunk: Chunk): void {
    if (this.#chunks === undefined) return;
    let variants = this.#chunks.get(key);
    if (variants === undefined) this.#chunks.set(key, (variants = new Map()));
    const bytes = sizeOf(chunk);
    const kept = variants.get(variant);
    if (kept === undefined) {
      const weight: Weight = { owner: this, bytes };
      variants.set(variant, { chunk, revision, weight });
      this.#gone.register(key, weight, this);
      return this.count(bytes);
    }
    // A reader of an older snapshot does not push out what the next one needs.
    if (kept.revision > revision) return;
    const more = bytes - kept.weight.bytes;
    kept.chunk = chunk;
    kept.revision = revision;
    kept.weight.bytes = bytes;
    this.count(more);
  }

  /** Counts bytes of its chunks, as long as it is held. */
  count(bytes: number): void {
    if (this.#chunks === undefined) return;
    this.#bytes += bytes;
    this.#total(bytes);
  }

  forget(): void {
    this.#gone.unregister(this);
    this.#total(-this.#bytes);
    this.#bytes = 0;
    this.#chunks = undefined;
  }
}
