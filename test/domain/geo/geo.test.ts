import { describe, expect, it } from "vitest";
import { explainLabelValue } from "../../../src/kube/label-rules.ts";
import { toGeo } from "../../../src/kube/rows/node-geo.ts";
import { findPlace, toCandidateAddresses } from "../../../src/domain/geo/find-place.ts";
import { isPublicAddress } from "../../../src/domain/geo/is-public-address.ts";
import { toGeoLabels } from "../../../src/domain/geo/to-geo-labels.ts";
import type { GeoRecord } from "../../../src/domain/geo/geo-database.ts";

const losAngeles: GeoRecord = {
  continent: "North America",
  countryIso: "US",
  subdivisionIso: "CA",
  city: "Los Angeles",
  latitude: 34.0522,
  longitude: -118.2437,
};

describe("toGeoLabels", () => {
  it("should write EdgeNet's six labels (UE-08)", () => {
    expect(toGeoLabels(losAngeles)).toEqual({
      "edge-net.io/continent": "North_America",
      "edge-net.io/country-iso": "US",
      "edge-net.io/state-iso": "CA",
      "edge-net.io/city": "Los_Angeles",
      "edge-net.io/lon": "w118.243700",
      "edge-net.io/lat": "n34.052200",
    });
  });

  it("should be read back with the hemisphere as the sign (UB-01)", () => {
    expect(toGeo(toGeoLabels(losAngeles))).toMatchObject({
      latitude: 34.0522,
      longitude: -118.2437,
      city: "Los_Angeles",
    });
  });

  it("should take the country for a state that is not known, and leave what else is not known empty (UE-10)", () => {
    const labels = toGeoLabels({ ...losAngeles, subdivisionIso: null, city: null, continent: null });
    expect(labels).toMatchObject({
      "edge-net.io/state-iso": "US",
      "edge-net.io/city": "",
      "edge-net.io/continent": "",
    });
  });

  it.each([
    ["New York", "New_York"],
    ["Île-de-France", "le-de-France"],
    ["São Paulo", "S_o_Paulo"],
    ["東京", ""],
    ["St. John's", "St._John_s"],
    ["--x..", "x"],
    ["𝄞a", "a"],
    ["x".repeat(80), "x".repeat(63)],
    [`${"x".repeat(62)}-y`, "x".repeat(62)],
  ])("should make the city %s the legal label value %j", (city, value) => {
    expect(toGeoLabels({ ...losAngeles, city })["edge-net.io/city"]).toBe(value);
    expect(explainLabelValue(value)).toBeUndefined();
  });

  it.each([
    [2.3522, 48.8566, "e2.352200", "n48.856600"],
    [-180, -90, "w180.000000", "s90.000000"],
    [0, -0.0000001, "e0.000000", "s0.000000"],
    [13.12345678, 0, "e13.123457", "n0.000000"],
  ])("should write %d, %d as %s, %s", (longitude, latitude, lon, lat) => {
    expect(toGeoLabels({ ...losAngeles, longitude, latitude })).toMatchObject({
      "edge-net.io/lon": lon,
      "edge-net.io/lat": lat,
    });
  });
});

describe("isPublicAddress", () => {
  it.each([
    "8.8.8.8",
    "192.0.2.1",
    "203.0.113.9",
    "172.32.0.1",
    "100.128.0.1",
    "2001:db8::1",
    "2a00:1450::1",
    "::ffff:8.8.8.8",
  ])("should ask about %s", (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each([
    "10.0.0.1",
    "172.16.5.4",
    "192.168.1.1",
    "127.0.0.1",
    "169.254.0.1",
    "100.64.0.1",
    "0.0.0.0",
    "224.0.0.1",
    "255.255.255.255",
    "::1",
    "::",
    "fe80::1",
    "fd00::1",
    "ff02::1",
    "::ffff:10.0.0.1",
    "node-1",
    "",
    "1.2.3",
  ])("should leave %j out", (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe("findPlace", () => {
  const addresses = [
    { type: "InternalIP", address: "10.0.0.1" },
    { type: "InternalIP", address: "198.51.100.1" },
    { type: "Hostname", address: "node-1" },
    { type: "ExternalIP", address: "203.0.113.1" },
    { type: "ExternalIP", address: "2001:db8::1" },
  ];
  const readerOf = (known: Readonly<Record<string, Partial<GeoRecord>>>) => ({
    lookup: (address: string) => (known[address] === undefined ? null : { ...losAngeles, ...known[address] }),
  });

  it("should ask the VPN's endpoint, then ExternalIPs, then InternalIPs, and never private ones (UE-09)", () => {
    expect(toCandidateAddresses(addresses)).toEqual(["203.0.113.1", "2001:db8::1", "198.51.100.1"]);
    expect(toCandidateAddresses(addresses, { vpnEndpoint: "198.51.100.1" })).toEqual([
      "198.51.100.1",
      "203.0.113.1",
      "2001:db8::1",
    ]);
  });

  it("should take the first that is known", () => {
    expect(findPlace(addresses, readerOf({ "198.51.100.1": {}, "2001:db8::1": { city: "Six" } }))).toMatchObject({
      found: true,
      address: "2001:db8::1",
      record: { city: "Six" },
    });
  });

  it("should take zero degrees both ways for no result", () => {
    const nowhere = { latitude: 0, longitude: 0 };
    expect(findPlace(addresses, readerOf({ "203.0.113.1": nowhere, "198.51.100.1": { latitude: 0 } }))).toMatchObject({
      found: true,
      address: "198.51.100.1",
    });
    expect(findPlace(addresses, readerOf({ "203.0.113.1": nowhere }))).toMatchObject({
      found: false,
      reason: "AddressNotInDatabase",
    });
  });

  it("should say why there is none", () => {
    expect(findPlace(addresses.slice(0, 1), readerOf({}))).toMatchObject({ found: false, reason: "NoPublicAddress" });
    expect(findPlace(addresses, readerOf({}))).toMatchObject({
      message: "No geolabels: the database has no place for 203.0.113.1, 2001:db8::1, 198.51.100.1.",
    });
  });
});
