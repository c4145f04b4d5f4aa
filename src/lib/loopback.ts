import { isIPv4 } from "node:net";

/** Whether an address or name means this machine alone: 127.0.0.0/8, ::1, localhost and what ends in ".localhost" (RFC 6761). */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[(.*)\]$/u, "$1");
  return (
    name === "localhost" || name.endsWith(".localhost") || name === "::1" || (isIPv4(name) && name.startsWith("127."))
  );
}
