import { readFile, stat } from "node:fs/promises";
import { Reader } from "maxmind";
import { sleep } from "../../lib/clock.ts";
import { findDamage, findMetadata } from "./verify-mmdb.ts";
import type { CityResponse } from "maxmind";
import type { GeoDatabaseStatus, GeoReader, GeoRecord } from "../../domain/geo/geo-database.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Runnable } from "../../lib/runnable.ts";

/** The file as seen from here. Both reject as node:fs does. */
export interface GeoDisk {
  read(path: string): Promise<Buffer>;
  /** Changes when the file is replaced or rewritten. */
  stamp(path: string): Promise<string>;
}

export const nodeGeoDisk: GeoDisk = {
  read: (path) => readFile(path),
  async stamp(path) {
    const { ino, size, mtimeMs } = await stat(path);
    return `${ino} ${size} ${mtimeMs}`;
  },
};

export interface MaxmindDatabaseOptions {
  readonly path: string;
  readonly disk: GeoDisk;
  readonly clock: Clock;
  readonly logger: Logger;
  /** How often the file is looked at; unset = 10 s: asking works on mounted volumes too, where watching often does not. */
  readonly pollMs?: number;
}

/** A GeoReader over a `.mmdb` file with cities (GeoLite2 City, GeoIP2 City and databases of their shape). */
export interface MaxmindDatabase extends GeoReader, Runnable {
  /** Called after another database was opened, or none can be any more; returns the undo. */
  subscribe(listener: () => void): () => void;
}

/**
 * Opens `path` when run, and anew whenever it changes. A file that is missing, damaged or of another kind leaves the database before it in
 * use, or none: `describe` says why, the log says it once, and nothing fails.
 */
export function createMaxmindDatabase({
  path,
  disk,
  clock,
  logger,
  pollMs = 10_000,
}: MaxmindDatabaseOptions): MaxmindDatabase {
  const listeners = new Set<() => void>();
  let reader: Reader<CityResponse> | undefined;
  let reason = `${path} has not been read yet`;
  let stamp: string | undefined;
  let becomeReady!: () => void;

  const refresh = async (): Promise<void> => {
    let opened: Reader<CityResponse> | undefined;
    try {
      const found = await disk.stamp(path);
      if (found === stamp) return;
      opened = parseDatabase(await disk.read(path));
      stamp = found;
    } catch (error) {
      const why = `${path} cannot be used as a geolocation database: ${error instanceof Error ? error.message : String(error)}`;
      // Tried again at each look: what is half written now is whole later.
      if (why === reason) return;
      reason = why;
      logger.warn("the geolocation database cannot be used", { path, reason: why, kept: reader !== undefined });
    }
    if (opened !== undefined) {
      reader = opened;
      reason = "";
      logger.info("geolocation database opened", {
        path,
        type: opened.metadata.databaseType,
        builtAt: opened.metadata.buildEpoch,
      });
    }
    for (const listener of listeners) listener();
  };

  return {
    name: "geolocation database",
    ready: new Promise((resolve) => (becomeReady = resolve)),
    async run(signal) {
      while (!signal.aborted) {
        await refresh();
        becomeReady();
        await sleep(clock, pollMs, signal).catch(() => {});
      }
    },
    lookup(address) {
      const found = reader?.get(address);
      return found === undefined || found === null ? null : toGeoRecord(found);
    },
    describe(): GeoDatabaseStatus {
      if (reader === undefined) return { state: "unavailable", reason };
      return { state: "ready", type: reader.metadata.databaseType, builtAt: reader.metadata.buildEpoch.toISOString() };
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** A reader of these bytes. Throws an Error whose message says what is wrong with them. */
export function parseDatabase(bytes: Buffer): Reader<CityResponse> {
  if (findMetadata(bytes) < 0) throw new Error("it is no MaxMind DB (.mmdb): the mark of its metadata is missing");
  const reader = new Reader<CityResponse>(bytes);
  const { databaseType, nodeCount, recordSize, binaryFormatMajorVersion } = reader.metadata;
  if (binaryFormatMajorVersion !== 2)
    throw new Error(`it must be of format 2 but is of format ${binaryFormatMajorVersion}`);
  if (!/City|Enterprise/.test(databaseType))
    throw new Error(`it must be a database of cities but is one of type ${databaseType}`);
  const damage = findDamage(bytes, { nodeCount, recordSize });
  if (damage !== undefined) throw new Error(`it is damaged: ${damage}`);
  return reader;
}

function toGeoRecord({ continent, country, subdivisions, city, location }: CityResponse): GeoRecord | null {
  // Without a location there is nothing to label a node with.
  if (location === undefined) return null;
  return {
    continent: continent?.names.en ?? null,
    countryIso: country?.iso_code ?? null,
    subdivisionIso: subdivisions?.[0]?.iso_code ?? null,
    city: city?.names.en ?? null,
    latitude: location.latitude,
    longitude: location.longitude,
  };
}
