import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { MmdbDouble, writeMmdb } from "./mmdb-writer.ts";
import type { MmdbNetwork, MmdbValue } from "./mmdb-writer.ts";

/**
 * Makes data/fleetgraph-demo.mmdb, the geolocation database of the demo: the ranges for documentation (RFC 5737, RFC 3849), from which the
 * embedded clusters' nodes have their addresses, laid over ten cities. The places are facts; no other database went into it.
 *
 *   npx rolldown scripts/make-geo-database.ts --platform node --file dist/make-geo-database.js && node dist/make-geo-database.js
 */
const target = "data/fleetgraph-demo.mmdb";

/** Fixed, so that making it anew gives the same bytes. */
const builtAtSeconds = Date.UTC(2026, 10, 21) / 1000;

interface City {
  readonly continent: readonly [string, string];
  readonly country: readonly [string, string];
  readonly state: readonly [string, string];
  readonly city: string;
  readonly place: readonly [latitude: number, longitude: number];
  readonly networks: readonly string[];
}

const europe = ["EU", "Europe"] as const;
const asia = ["AS", "Asia"] as const;
const northAmerica = ["NA", "North America"] as const;
const france = ["FR", "France"] as const;
const japan = ["JP", "Japan"] as const;
const usa = ["US", "United States"] as const;

/** A quarter of a documentation range each, and a /36 of the IPv6 one. */
export const cities: readonly City[] = [
  { continent: europe, country: france, state: ["IDF", "Île-de-France"], city: "Paris", place: [48.8566, 2.3522], networks: ["192.0.2.0/26", "2001:db8::/36"] }, // prettier-ignore
  { continent: europe, country: france, state: ["ARA", "Auvergne-Rhône-Alpes"], city: "Lyon", place: [45.764, 4.8357], networks: ["192.0.2.64/26", "2001:db8:1000::/36"] }, // prettier-ignore
  { continent: europe, country: france, state: ["PAC", "Provence-Alpes-Côte d'Azur"], city: "Marseille", place: [43.2965, 5.3698], networks: ["192.0.2.128/25", "2001:db8:2000::/36"] }, // prettier-ignore
  { continent: asia, country: japan, state: ["13", "Tokyo"], city: "Tokyo", place: [35.6762, 139.6503], networks: ["203.0.113.0/26", "2001:db8:3000::/36"] }, // prettier-ignore
  { continent: asia, country: japan, state: ["27", "Osaka"], city: "Osaka", place: [34.6937, 135.5023], networks: ["203.0.113.64/26", "2001:db8:4000::/36"] }, // prettier-ignore
  { continent: ["OC", "Oceania"], country: ["AU", "Australia"], state: ["NSW", "New South Wales"], city: "Sydney", place: [-33.8688, 151.2093], networks: ["203.0.113.128/25", "2001:db8:5000::/36"] }, // prettier-ignore
  { continent: northAmerica, country: usa, state: ["NY", "New York"], city: "New York", place: [40.7128, -74.006], networks: ["198.51.100.0/26", "2001:db8:6000::/36"] }, // prettier-ignore
  { continent: northAmerica, country: usa, state: ["CA", "California"], city: "Los Angeles", place: [34.0522, -118.2437], networks: ["198.51.100.64/26", "2001:db8:7000::/36"] }, // prettier-ignore
  { continent: ["SA", "South America"], country: ["BR", "Brazil"], state: ["SP", "São Paulo"], city: "São Paulo", place: [-23.5505, -46.6333], networks: ["198.51.100.128/26", "2001:db8:8000::/36"] }, // prettier-ignore
  { continent: europe, country: ["DE", "Germany"], state: ["BE", "Land Berlin"], city: "Berlin", place: [52.52, 13.405], networks: ["198.51.100.192/26", "2001:db8:9000::/36"] }, // prettier-ignore
];

function toValue({ continent, country, state, city, place }: City): MmdbValue {
  return {
    city: { names: { en: city } },
    continent: { code: continent[0], names: { en: continent[1] } },
    country: { iso_code: country[0], names: { en: country[1] } },
    location: { accuracy_radius: 10, latitude: new MmdbDouble(place[0]), longitude: new MmdbDouble(place[1]) },
    subdivisions: [{ iso_code: state[0], names: { en: state[1] } }],
  };
}

/** "192.0.2.0/26", or IPv6 with its zeros at the end ("2001:db8:1000::/36"). */
function parseNetwork(text: string): Pick<MmdbNetwork, "address" | "prefix"> {
  const [first = "", prefix = ""] = text.split("/");
  const address = new Uint8Array(16);
  if (first.includes(":")) {
    for (const [index, group] of first.split("::")[0]!.split(":").entries()) {
      address[index * 2] = Number.parseInt(group, 16) >> 8;
      address[index * 2 + 1] = Number.parseInt(group, 16) & 0xff;
    }
    return { address, prefix: Number(prefix) };
  }
  address.set(first.split(".").map(Number), 12);
  return { address, prefix: 96 + Number(prefix) };
}

/** The bytes of the demo's database. */
export function makeGeoDatabase(): Buffer {
  const networks = cities.flatMap((city) => {
    const value = toValue(city);
    return city.networks.map((network) => ({ ...parseNetwork(network), value }));
  });
  const description = "Documentation address ranges over ten cities, for the demo of fleetgraph";
  return writeMmdb(networks, { type: "Fleetgraph-Demo-City", description, builtAtSeconds });
}

if (process.argv[1]?.includes("make-geo-database") === true && fileURLToPath(import.meta.url) === process.argv[1]) {
  writeFileSync(target, makeGeoDatabase());
}
