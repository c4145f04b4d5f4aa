import type { GeoRow, StringMap } from "./row.ts";

/** The labels that hold a node's place (EdgeNet's geolabels, UE-08). */
export const geoLabels = {
  continent: "edge-net.io/continent",
  countryIso: "edge-net.io/country-iso",
  stateIso: "edge-net.io/state-iso",
  city: "edge-net.io/city",
  longitude: "edge-net.io/lon",
  latitude: "edge-net.io/lat",
} as const;

/** The place a node's labels tell; null where it has none of them. An empty or unreadable label gives null for its field alone. */
export function toGeo(labels: StringMap): GeoRow | null {
  if (!Object.values(geoLabels).some((key) => labels[key] !== undefined)) return null;
  return {
    continent: labels[geoLabels.continent] || null,
    countryIso: labels[geoLabels.countryIso] || null,
    stateIso: labels[geoLabels.stateIso] || null,
    city: labels[geoLabels.city] || null,
    latitude: parseDegrees(labels[geoLabels.latitude], { positive: "n", negative: "s", limit: 90 }),
    longitude: parseDegrees(labels[geoLabels.longitude], { positive: "e", negative: "w", limit: 180 }),
  };
}

interface Axis {
  readonly positive: string;
  readonly negative: string;
  readonly limit: number;
}

/** "w118.243700" is -118.2437: the letter is the sign, since a label value cannot begin with one (UE-08, UB-01). */
function parseDegrees(text: string | undefined, { positive, negative, limit }: Axis): number | null {
  const match = /^([a-z])(\d{1,3}(?:\.\d{1,20})?)$/.exec(text ?? "");
  if (match === null || (match[1] !== positive && match[1] !== negative)) return null;
  const degrees = Number(match[2]);
  if (degrees > limit) return null;
  // 0 - 0 is 0, where -0 would print as such.
  return match[1] === positive ? degrees : 0 - degrees;
}
