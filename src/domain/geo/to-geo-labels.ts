import { geoLabels } from "../../kube/rows/node-geo.ts";
import type { StringMap } from "../../kube/rows/row.ts";
import type { GeoRecord } from "./geo-database.ts";

/** A label value has at most so many characters. */
const maximumLength = 63;

/**
 * The six labels of a place, as EdgeNet's node labeler writes them (UE-08, UE-10), so that its selectors and geofences go on working: names with
 * every character outside [A-Za-z0-9_.-] as "_" and no "-", "_", "." at the ends ("New_York", "le-de-France" of "Île-de-France"), empty where
 * not known; the country for a state that is not known; degrees with six decimals after the letter of their hemisphere.
 */
export function toGeoLabels(record: GeoRecord): StringMap {
  const country = toLabelText(record.countryIso);
  return {
    [geoLabels.continent]: toLabelText(record.continent),
    [geoLabels.countryIso]: country,
    [geoLabels.stateIso]: toLabelText(record.subdivisionIso) || country,
    [geoLabels.city]: toLabelText(record.city),
    [geoLabels.longitude]: toDegrees(record.longitude, "e", "w"),
    [geoLabels.latitude]: toDegrees(record.latitude, "n", "s"),
  };
}

function toLabelText(name: string | null): string {
  const text = (name ?? "").replaceAll(/[^A-Za-z0-9_.-]/gu, "_").replace(/^[-_.]+/, "");
  return text.slice(0, maximumLength).replace(/[-_.]+$/, "");
}

function toDegrees(degrees: number, positive: string, negative: string): string {
  // A letter for the sign, because a label value cannot begin with "-".
  return `${degrees >= 0 ? positive : negative}${Math.abs(degrees).toFixed(6)}`;
}
