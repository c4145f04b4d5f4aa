import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { makeGeoDatabase, cities } from "../../../scripts/make-geo-database.ts";
import { createMaxmindDatabase, parseDatabase } from "../../../src/controllers/geolabeler/maxmind-database.ts";
import { silentLogger } from "../../../src/lib/logger.ts";
import { createFakeClock } from "../../support/fake-clock.ts";

const demoFile = new URL("../../../data/fleetgraph-demo.mmdb", import.meta.url);
const demo = makeGeoDatabase();
const sharedFolder = new URL("../../../../shared/data/geoip/", import.meta.url);

/** A disk of one file, which tests replace. */
function createDisk() {
  const disk = {
    content: undefined as Buffer | undefined,
    version: 0,
    read: async () => disk.content!,
    stamp: async () => {
      if (disk.content === undefined) throw new Error("ENOENT: no such file or directory");
      return String(disk.version);
    },
    put(content: Buffer | undefined) {
      disk.content = content;
      disk.version += 1;
    },
  };
  return disk;
}

async function open(content: Buffer | undefined) {
  const disk = createDisk();
  disk.put(content);
  const clock = createFakeClock();
  const database = createMaxmindDatabase({ path: "/geo.mmdb", disk, clock, logger: silentLogger });
  const abort = new AbortController();
  const stopped = database.run(abort.signal);
  await database.ready;
  return {
    disk,
    clock,
    database,
    async [Symbol.asyncDispose]() {
      abort.abort();
      await stopped;
      expect(clock.pending).toBe(0);
    },
  };
}

describe("the demo's database", () => {
  it("should be what the script makes", () => {
    expect(readFileSync(demoFile).equals(demo)).toBe(true);
  });

  it("should know all its cities by both families of addresses", () => {
    const reader = parseDatabase(demo);
    for (const { city, place, networks } of cities) {
      for (const network of networks) {
        const found = reader.get(network.split("/")[0]!);
        expect(found).toMatchObject({
          city: { names: { en: city } },
          location: { latitude: place[0], longitude: place[1] },
        });
      }
    }
  });
});

describe("a geolocation database", () => {
  it("should find places, with null for what is not there", async () => {
    await using opened = await open(demo);
    const { database } = opened;
    expect(database.lookup("198.51.100.90")).toEqual({ continent: "North America", countryIso: "US", subdivisionIso: "CA", city: "Los Angeles", latitude: 34.0522, longitude: -118.2437 }); // prettier-ignore
    expect(database.lookup("2001:db8:3000::1")).toMatchObject({ city: "Tokyo" });
    expect(database.lookup("8.8.8.8")).toBeNull();
    expect(database.describe()).toEqual({
      state: "ready",
      type: "Fleetgraph-Demo-City",
      builtAt: "2026-11-21T00:00:00.000Z",
    });
  });

  it("should say that the file is missing, know nothing, and open it once it is there", async () => {
    await using opened = await open(undefined);
    const { database, disk, clock } = opened;
    expect(database.describe()).toEqual({
      state: "unavailable",
      reason: expect.stringMatching(/^\/geo\.mmdb cannot be used.*ENOENT/),
    });
    expect(database.lookup("192.0.2.1")).toBeNull();
    let told = 0;
    const undo = database.subscribe(() => (told += 1));
    disk.put(demo);
    await clock.advance(10_000);
    expect(database.lookup("192.0.2.1")).toMatchObject({ city: "Paris" });
    expect(told).toBe(1);
    undo();
  });

  it("should keep the one before while its successor is damaged or gone", async () => {
    await using opened = await open(demo);
    const { database, disk, clock } = opened;
    for (const content of [demo.subarray(0, 2000), undefined]) {
      disk.put(content);
      await clock.advance(10_000);
      expect(database.describe().state).toBe("ready");
      expect(database.lookup("192.0.2.1")).toMatchObject({ city: "Paris" });
    }
  });

  it("should not read a file that has not changed", async () => {
    await using opened = await open(demo);
    let reads = 0;
    opened.disk.read = async () => {
      reads += 1;
      return demo;
    };
    await opened.clock.advance(60_000);
    expect(reads).toBe(0);
    opened.disk.put(demo);
    await opened.clock.advance(10_000);
    expect(reads).toBe(1);
  });
});

describe("parseDatabase", () => {
  const corrupt = (change: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.from(demo);
    change(bytes);
    return bytes;
  };
  const at = (text: string): number => demo.lastIndexOf(text) + text.length;

  it.each<[string, Buffer, RegExp]>([
    ["an empty file", Buffer.alloc(0), /no MaxMind DB/],
    ["a text", Buffer.from("hello"), /no MaxMind DB/],
    ["half a file", demo.subarray(0, 1500), /no MaxMind DB/],
    [
      "a tree of fewer nodes",
      corrupt((bytes) => bytes.writeUInt8(demo[at("node_count") + 1]! - 1, at("node_count") + 1)),
      /damaged: its metadata tell of 203 nodes, but the tree does not end there/,
    ],
    [
      "a record that leads out of the file",
      corrupt((bytes) => bytes.writeUIntBE(0xffffff, 0, 3)),
      /damaged: node 0 of its tree leads out of the file/,
    ],
    [
      "a double of seven bytes",
      corrupt((bytes) => bytes.writeUInt8(0x67, bytes.indexOf("latitude") + "latitude".length)),
      /damaged: a double at byte \d+ of its data has 7 bytes/,
    ],
    [
      "another format",
      corrupt((bytes) => bytes.writeUInt8(3, at("binary_format_major_version") + 1)),
      /must be of format 2 but is of format 3/,
    ],
  ])("should refuse %s", (_what, bytes, message) => {
    expect(() => parseDatabase(bytes)).toThrow(message);
  });

  const shared = (name: string): Buffer => readFileSync(new URL(name, sharedFolder));

  it.skipIf(!existsSync(sharedFolder)).each<[string, RegExp]>([
    ["GeoLite2-ASN-Test.mmdb", /must be a database of cities but is one of type GeoLite2-ASN/],
    ["GeoIP2-City-Test-Broken-Double-Format.mmdb", /damaged/],
    ["GeoIP2-City-Test-Invalid-Node-Count.mmdb", /damaged/],
    ["LICENSE-MIT", /no MaxMind DB/],
  ])("should refuse MaxMind's %s (needs ../shared/data)", (name, message) => {
    expect(() => parseDatabase(shared(name))).toThrow(message);
  });

  it.skipIf(!existsSync(sharedFolder))("should read MaxMind's own test database (needs ../shared/data)", async () => {
    await using opened = await open(shared("GeoLite2-City-Test.mmdb"));
    expect(opened.database.lookup("81.2.69.142")).toEqual({ continent: "Europe", countryIso: "GB", subdivisionIso: "ENG", city: "London", latitude: 51.5142, longitude: -0.0931 }); // prettier-ignore
    expect(opened.database.lookup("2001:480::1")).toMatchObject({ countryIso: "US" });
    expect(opened.database.lookup("203.0.113.1")).toBeNull();
  });
});
