import { createHash } from "node:crypto";
import { deflateRawSync, inflateRawSync } from "node:zlib";

/** What the bodies of one kind have in common, and how they are packed with it. */
export interface BodyDictionary {
  /** Names exactly these bytes. */
  readonly id: string;
  readonly bytes: Buffer;
  /** The text as bytes, one a character: a short string costs 16 bytes beside its content, a Buffer 200. */
  pack(text: string): string;
  /** Throws where that was not packed with these very bytes. */
  unpack(packed: string): string;
}

/** Deflate looks back no further than this; more than two pods' worth saves nothing. */
const maxBytes = 8_192;

/** Level 1: higher ones save a tenth for twice the time. The rest is what a body of some KiB needs, and makes the state of each call small. */
const settings = { level: 1, windowBits: 14, memLevel: 5 } as const;

/** A dictionary of what typical bodies say. */
export function createBodyDictionary(samples: readonly string[]): BodyDictionary {
  return toBodyDictionary(Buffer.from(samples.join("")).subarray(-maxBytes));
}

/** The dictionary of these bytes, as they lay on disk. */
export function toBodyDictionary(bytes: Buffer): BodyDictionary {
  const dictionary = Buffer.from(bytes);
  return {
    id: createHash("sha256").update(dictionary).digest("hex").slice(0, 12),
    bytes: dictionary,
    pack: (text) => deflateRawSync(text, { ...settings, dictionary }).toString("latin1"),
    unpack: (packed) =>
      inflateRawSync(Buffer.from(packed, "latin1"), { windowBits: settings.windowBits, dictionary }).toString("utf8"),
  };
}
