import type { Limits } from "./limits/limits.ts";

/** Streams of all transports against the limits on them. */
export interface ConnectionCount {
  /** Counts one in; undefined where there are too many. */
  open(address: string | undefined): ConnectionPlace | undefined;
}

/** What one connection takes; those of one address share it. */
export interface ConnectionPlace {
  /** Counts one out; to be called once by each that was counted in. */
  leave(): void;
}

export function createConnectionCount(limits: Pick<Limits, "connections" | "connectionsPerAddress">): ConnectionCount {
  let total = 0;
  const byAddress = new Map<string, ConnectionPlace & { count: number }>();
  const createPlace = (address: string): ConnectionPlace & { count: number } => ({
    count: 0,
    leave() {
      total -= 1;
      this.count -= 1;
      if (this.count === 0) byAddress.delete(address);
    },
  });
  return {
    open(address = "") {
      const place = byAddress.get(address) ?? createPlace(address);
      const isOver = place.count >= limits.connectionsPerAddress && !isLoopback(address);
      if (total >= limits.connections || isOver) return undefined;
      total += 1;
      place.count += 1;
      byAddress.set(address, place);
      return place;
    },
  };
}

function isLoopback(address: string): boolean {
  return address === "::1" || address.replace(/^::ffff:/, "").startsWith("127.");
}
