import { findPlace } from "../../domain/geo/find-place.ts";
import { toGeoLabels } from "../../domain/geo/to-geo-labels.ts";
import { geoLabels } from "../../kube/rows/node-geo.ts";
import type { GeoReader } from "../../domain/geo/geo-database.ts";
import type { NodeRow, StringMap } from "../../kube/rows/row.ts";

/** The field manager under which geolabels are written. */
export const geolabelerManager = "fleetgraph-geolabeler";

/** What to say about a node in an Event. */
export interface GeoNote {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
}

/** What should be done about a node's labels now. */
export interface GeoPlan {
  /** All the labels that we own from now on, by server-side apply; undefined = nothing has to be written. */
  readonly apply: StringMap | undefined;
  readonly note: GeoNote | undefined;
}

const nothingToDo: GeoPlan = { apply: undefined, note: undefined };

/**
 * Compares the labels a node has with those its place gives. Pure. Written is only a difference (EN-18): labels that are missing, or that
 * somebody else changed. Where there is no place any more, the labels we own go; those of others stay. Without a database nothing is known,
 * so nothing changes.
 */
export function planGeoLabels(node: NodeRow, reader: GeoReader): GeoPlan {
  if (node.deletionTimestamp !== null || reader.describe().state !== "ready") return nothingToDo;
  const place = findPlace(node.addresses, reader);
  if (!place.found) {
    const owned = Object.values(geoLabels).some((key) => node.labelManagers[key] === geolabelerManager);
    const note: GeoNote = { type: "Warning", reason: `Geo${place.reason}`, message: place.message };
    return { apply: owned ? {} : undefined, note };
  }
  const labels = toGeoLabels(place.record);
  if (Object.entries(labels).every(([key, value]) => node.labelMap[key] === value)) return nothingToDo;
  const where = labels[geoLabels.city] || labels[geoLabels.countryIso] || "its coordinates";
  return {
    apply: labels,
    note: { type: "Normal", reason: "GeoLabeled", message: `Labelled with ${where} by address ${place.address}.` },
  };
}
