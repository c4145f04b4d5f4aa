/** What a database knows of an address, in English names. */
export interface GeoRecord {
  readonly continent: string | null;
  /** ISO 3166-1 alpha-2. */
  readonly countryIso: string | null;
  /** The part of ISO 3166-2 after the country. */
  readonly subdivisionIso: string | null;
  readonly city: string | null;
  /** Degrees, north positive. */
  readonly latitude: number;
  /** Degrees, east positive. */
  readonly longitude: number;
}

export type GeoDatabaseStatus =
  | { readonly state: "ready"; readonly type: string; readonly builtAt: string }
  /** Nothing can be looked up; `reason` is for people and names the file. */
  | { readonly state: "unavailable"; readonly reason: string };

/** Finds places of addresses. The database may be replaced while it is in use; each call sees one of them whole. */
export interface GeoReader {
  /** null where the database does not know the address, or there is none now: see `describe`. Throws for what is no address. */
  lookup(address: string): GeoRecord | null;
  describe(): GeoDatabaseStatus;
}
