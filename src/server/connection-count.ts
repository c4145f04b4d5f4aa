import type { Limits } from "./limits/limits.ts";

/** Streams of all transports against the limits on them. */
export interface ConnectionCount {
  /** Counts one in; the returned function counts it out, once. undefined where there are too many. */
  open(address: string | undefined): (() => void) | undefined;
}

export function createConnectionCount(limits: Pick<Limits, "connections" | "connectionsPerAddress">): ConnectionCount {
  let total = 0;
  const byAddress = new Map<string, number>();
  return {
    open(address = "") {
      const own = byAddress.get(address) ?? 0;
      const isOver = own >= limits.connectionsPerAddress && !isLoopback(address);
      if (total >= limits.connections || isOver) return undefined;
      total += 1;
      byAddress.set(address, own + 1);
      let isOpen = true;
      return () => {
        if (!isOpen) return;
        isOpen = false;
        total -= 1;
        const left = (byAddress.get(address) ?? 1) - 1;
        if (left === 0) byAddress.delete(address);
        else byAddress.set(address, left);
      };
    },
  };
}

function isLoopback(address: string): boolean {
  return address === "::1" || address.replace(/^::ffff:/, "").startsWith("127.");
}
