import type { FleetCache, FleetSnapshot, LogPosition } from "../../cache/fleet-cache.ts";
import type { AnyRow } from "../../kube/rows/row.ts";
import type { ChangeMessage, ReadStateValue } from "../request-context.ts";
import type { QueuedChange } from "./change-queue.ts";
import { positionKey } from "./stream-cursor.ts";
import type { StreamPositions } from "./stream-cursor.ts";
import type { StreamSelection } from "./stream-selection.ts";

/** Objects in one SNAPSHOT message (DESIGN 6). */
const snapshotSize = 500;

/** One change to one receiver. Its cursor is made when it is read. */
export function toMessage(change: QueuedChange, cursor: () => string): ChangeMessage {
  return new ToldChange(change, cursor);
}

const noStates: readonly ReadStateValue[] = [];

/** A class: a getter in a literal makes the engine find a new form for each of them. */
class ToldChange implements ChangeMessage {
  readonly type: ChangeMessage["type"];
  readonly reason: ChangeMessage["reason"];
  readonly objects: readonly AnyRow[];
  readonly readStates = noStates;
  #cursor: string | (() => string);

  constructor({ type, reason, row }: QueuedChange, cursor: () => string) {
    this.type = type;
    this.reason = reason;
    this.objects = [row];
    this.#cursor = cursor;
  }

  get cursor(): string {
    // Asked for more than once: whether there is one, and what it is.
    if (typeof this.#cursor !== "string") this.#cursor = this.#cursor();
    return this.#cursor;
  }
}

/** All of the selection as the snapshot has it; each message is made when it is asked for. */
export function* snapshotMessages(selection: StreamSelection, snapshot: FleetSnapshot): Generator<ChangeMessage> {
  let objects: AnyRow[] = [];
  for (const { cluster, resource } of selection.pairs()) {
    for (const { key, rows } of snapshot.resource(cluster, resource)?.partitions ?? []) {
      if (!selection.sees(key)) continue;
      for (const row of rows) {
        if (!selection.wants(row)) continue;
        objects.push(row);
        if (objects.length < snapshotSize) continue;
        yield toSnapshot(objects);
        objects = [];
      }
    }
  }
  if (objects.length > 0) yield toSnapshot(objects);
}

function toSnapshot(objects: readonly AnyRow[]): ChangeMessage {
  return { type: "SNAPSHOT", reason: null, objects, readStates: [], cursor: null };
}

export function currentStates(selection: StreamSelection): readonly ReadStateValue[] {
  return selection.pairs().flatMap(({ cluster, resource }) => selection.readState(cluster, resource) ?? []);
}

/** Where the log stands, of what the receiver may see any of: of the rest it does not even learn that something happened. */
export function currentPositions(selection: StreamSelection, { log }: Pick<FleetCache, "log">): StreamPositions {
  const positions = new Map<string, LogPosition>();
  for (const { cluster, resource } of selection.pairs()) {
    if (selection.extent(cluster, resource) === "none") continue;
    const position = log.position(cluster, resource);
    if (position !== undefined) positions.set(positionKey(cluster, resource), position);
  }
  return positions;
}
