import { isPublicAddress } from "./is-public-address.ts";
import type { NodeRow } from "../../kube/rows/row.ts";
import type { GeoReader, GeoRecord } from "./geo-database.ts";

/** Where a node is, or why that cannot be told. `reason` is CamelCase, `message` for people. */
export type Place =
  | { readonly found: true; readonly address: string; readonly record: GeoRecord }
  | { readonly found: false; readonly reason: "NoPublicAddress" | "AddressNotInDatabase"; readonly message: string };

export interface PlaceOptions {
  /** The address under which a VPN knows the node, where there is a VPN: it counts first. */
  readonly vpnEndpoint?: string;
}

/** The addresses to ask about, in order (UE-09): VPN endpoint, ExternalIPs, InternalIPs; private ones are nowhere and left out. */
export function toCandidateAddresses(
  addresses: NodeRow["addresses"],
  { vpnEndpoint }: PlaceOptions = {},
): readonly string[] {
  const ofType = (wanted: string): readonly string[] =>
    addresses.flatMap(({ type, address }) => (type === wanted ? [address] : []));
  const all = [...(vpnEndpoint === undefined ? [] : [vpnEndpoint]), ...ofType("ExternalIP"), ...ofType("InternalIP")];
  return [...new Set(all)].filter(isPublicAddress);
}

/**
 * The first address that the database knows a place for. Zero degrees both ways is how databases write "somewhere" (UE-09): the next address
 * is asked. Pure; throws what the reader throws.
 */
export function findPlace(
  addresses: NodeRow["addresses"],
  reader: Pick<GeoReader, "lookup">,
  options: PlaceOptions = {},
): Place {
  const candidates = toCandidateAddresses(addresses, options);
  if (candidates.length === 0) {
    return { found: false, reason: "NoPublicAddress", message: "No geolabels: the node has no public address." };
  }
  for (const address of candidates) {
    const record = reader.lookup(address);
    if (record !== null && (record.latitude !== 0 || record.longitude !== 0)) return { found: true, address, record };
  }
  const message = `No geolabels: the database has no place for ${candidates.join(", ")}.`;
  return { found: false, reason: "AddressNotInDatabase", message };
}
