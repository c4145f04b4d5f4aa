import type { StoredBytes } from "./snapshot-store.ts";

/** Bytes that are at hand, as if they lay on a disk. */
export function toHeldBytes(bytes: Buffer): StoredBytes {
  return { length: bytes.length, read: async () => bytes, readNow: () => bytes };
}
