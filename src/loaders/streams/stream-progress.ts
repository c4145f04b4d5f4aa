import type { Change, LogPosition } from "../../cache/fleet-cache.ts";
import { formatStreamCursor, positionKey } from "./stream-cursor.ts";
import type { StreamCursor, StreamPositions } from "./stream-cursor.ts";

/** How far a receiver has come, by cluster and resource. */
export class StreamProgress {
  readonly #filterHash: string;
  readonly #positionOf: (change: Change) => LogPosition;
  #sent: Map<string, LogPosition>;
  /** A cursor that was not made yet is of these: they are not to be changed any more. */
  #isSentShared = false;
  readonly #heard: Map<string, Change>;

  constructor(filterHash: string, positionOf: (change: Change) => LogPosition, like?: StreamProgress) {
    this.#filterHash = filterHash;
    this.#positionOf = positionOf;
    this.#sent = new Map(like === undefined ? [] : like.#sent);
    this.#heard = new Map(like === undefined ? [] : like.#heard);
  }

  /** One that stands where this one stands now. */
  copy(): StreamProgress {
    return new StreamProgress(this.#filterHash, this.#positionOf, this);
  }

  /** We were told of it; it counts as told to the receiver once nothing waits. */
  hear(change: Change): void {
    this.#heard.set(positionKey(change.cluster, change.resource), change);
  }

  /** Everything up to this change has been sent. */
  reach(change: Change): void {
    this.#ownSent().set(positionKey(change.cluster, change.resource), this.#positionOf(change));
  }

  /** Everything heard has been sent or filtered out. */
  catchUp(): void {
    for (const change of this.#heard.values()) this.reach(change);
    this.#heard.clear();
  }

  /** Stands at these positions, which show all that was heard so far, and nowhere else. */
  reset(positions: StreamPositions): void {
    this.#heard.clear();
    this.set(positions);
  }

  /** Stands at these positions and nowhere else. */
  set(positions: StreamPositions): void {
    this.#sent = new Map(positions);
    this.#isSentShared = false;
  }

  /** Stands only where `positions` has a place: at that where it stood nowhere yet, else where it stood. */
  restrict(positions: StreamPositions): void {
    const sent = this.#ownSent();
    for (const key of this.#heard.keys()) if (!positions.has(key)) this.#heard.delete(key);
    for (const key of sent.keys()) if (!positions.has(key)) sent.delete(key);
    for (const [key, position] of positions) if (!sent.has(key)) sent.set(key, position);
  }

  /** The cursor of this moment, made when it is asked for: few receivers ask for one. `rights`: under which all that is said to be sent was. */
  cursor(rights: StreamCursor["rights"]): () => string {
    const positions = this.#sent;
    this.#isSentShared = true;
    return () => formatStreamCursor(this.#filterHash, { rights, positions });
  }

  #ownSent(): Map<string, LogPosition> {
    if (this.#isSentShared) this.#sent = new Map(this.#sent);
    this.#isSentShared = false;
    return this.#sent;
  }
}
