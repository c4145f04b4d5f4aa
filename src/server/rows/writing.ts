import type { ObjectRow } from "../../kube/rows/row.ts";
import { noInfo } from "./row-plan.ts";
import type { RelationSlot } from "./row-plan.ts";

/**
 * The writing of one list of one operation: what it reads beside the rows. Relations are followed by the operation's own loaders, so by its snapshot
 * and the caller's rights, once for each key.
 */
export class Writing {
  readonly context: unknown;
  /** By slot and cluster. */
  readonly #texts: Map<string, Map<string, string>>[] = [];

  constructor(context: unknown) {
    this.context = context;
  }

  /** What a relation of the row shows in this operation. */
  textOf(slot: RelationSlot, row: ObjectRow): string {
    const key = slot.keyOf(row);
    return key === null ? slot.write(null, this) : this.textOfKey(slot, key, row);
  }

  /** The same for a key of the slot; `row` is any row of that cluster that has it. */
  textOfKey(slot: RelationSlot, key: string, row: ObjectRow): string {
    const texts = this.#textsOf(slot.index, row.clusterName);
    let text = texts.get(key);
    if (text === undefined) texts.set(key, (text = this.#write(slot, row)));
    return text;
  }

  #textsOf(index: number, cluster: string): Map<string, string> {
    const byCluster = (this.#texts[index] ??= new Map<string, Map<string, string>>());
    let texts = byCluster.get(cluster);
    if (texts === undefined) byCluster.set(cluster, (texts = new Map<string, string>()));
    return texts;
  }

  #write({ resolve, args, write, known }: RelationSlot, row: ObjectRow): string {
    const target: unknown = resolve(row, args, this.context, noInfo);
    if (known === undefined || typeof target !== "object" || target === null) return write(target, this);
    let text = known.get(target);
    if (text === undefined) known.set(target, (text = write(target, this)));
    return text;
  }
}
