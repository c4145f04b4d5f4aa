import { BlockList, isIP } from "node:net";

/**
 * Ranges that are in no place (RFC 6890): this network, private, shared, loopback, link-local, multicast, reserved. The ranges for
 * documentation are not among them: databases of demos and tests use them.
 */
const nowhere: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.168.0.0", 16],
  ["224.0.0.0", 3],
  ["::", 127],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
];

/** Made for the first address: `isIP` of an IPv6 address takes milliseconds once in a process. */
let blocked: BlockList | undefined;

function block(): BlockList {
  const list = new BlockList();
  for (const [range, prefix] of nowhere) list.addSubnet(range, prefix, isIP(range) === 4 ? "ipv4" : "ipv6");
  return list;
}

/** Whether it is worth asking where an address is: an IP address of neither family's private or special ranges. Names are none. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  // An IPv4 address written as IPv6 is judged as what it is.
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped !== undefined) return isPublicAddress(mapped);
  blocked ??= block();
  return !blocked.check(address, family === 4 ? "ipv4" : "ipv6");
}
