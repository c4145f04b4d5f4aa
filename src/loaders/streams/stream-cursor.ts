import { ApiError } from "../../kube/api-error.ts";
import type { LogPosition } from "../../cache/fleet-cache.ts";

/** First element of a cursor: the format of the rest. Format 1 did not say under which rights it was given. */
const cursorFormat = 2;

/** Of no rights at all: a stream does not go on from such a cursor but resynchronises. */
export const noRights = "~";

/** Where a stream stands in each cluster and resource, by `positionKey`. */
export type StreamPositions = ReadonlyMap<string, LogPosition>;

/** What a cursor says. */
export interface StreamCursor {
  /** See StreamSelection: what its receiver was allowed to see. */
  readonly rights: string;
  readonly positions: StreamPositions;
}

/** "cluster resource": neither holds a space. */
export function positionKey(cluster: string, resource: string): string {
  return `${cluster} ${resource}`;
}

/** The opaque text of a position: stateless, good on any replica. */
export function formatStreamCursor(filterHash: string, { rights, positions }: StreamCursor): string {
  const entries = [...positions]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, { resourceVersion, uidHash }]) => [key, resourceVersion, uidHash]);
  return Buffer.from(JSON.stringify([cursorFormat, filterHash, entries, rights])).toString("base64url");
}

/** Throws ApiError CURSOR_INVALID where it is unreadable or of another stream or filter. A cursor of format 1 is of `noRights`. */
export function parseStreamCursor(cursor: string, filterHash: string): StreamCursor {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    throw unreadable();
  }
  if (!Array.isArray(value) || !Array.isArray(value[2])) throw unreadable();
  const rights: unknown = value[0] === 1 && value.length === 3 ? noRights : value[3];
  if (typeof rights !== "string" || (value[0] !== 1 && value[0] !== cursorFormat)) throw unreadable();
  if (value[1] !== filterHash) {
    throw new ApiError(
      "CURSOR_INVALID",
      "Argument after: this cursor belongs to another stream or other arguments. Use the same stream with the same arguments, or start without it.",
    );
  }
  return { rights, positions: new Map(value[2].map(parsePosition)) };
}

function parsePosition(entry: unknown): [string, LogPosition] {
  if (!Array.isArray(entry) || entry.length !== 3 || !entry.every((part) => typeof part === "string"))
    throw unreadable();
  const [key, resourceVersion, uidHash] = entry as [string, string, string];
  return [key, { resourceVersion, uidHash }];
}

function unreadable(): ApiError {
  return new ApiError("CURSOR_INVALID", "Argument after: this is not a cursor of a stream. Use one that a message carried, or start without it."); // prettier-ignore
}
