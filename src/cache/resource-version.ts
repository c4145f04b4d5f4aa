/**
 * Order of two resourceVersions: negative, zero or positive; undefined where nothing may be concluded. Decimal versions without leading zeros
 * are comparable within one resource of one cluster (KEP-5504, Kubernetes 1.35, and true of everything before that keeps objects in etcd). Anything
 * else, "" and "0" included, is opaque: then only the order of the watch counts.
 */
export function compareVersions(left: string, right: string): number | undefined {
  if (!isDecimal(left) || !isDecimal(right)) return undefined;
  // Longer is greater; of equal length the order of digits is the order of numbers. No conversion: versions may pass 2^53.
  if (left.length !== right.length) return left.length - right.length;
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** Whether `version` is known to lie before `other`. */
export function isOlder(version: string, other: string): boolean {
  const order = compareVersions(version, other);
  return order !== undefined && order < 0;
}

/** Whether it can be compared at all. Told without a regular expression, since each event asks. */
export function isDecimal(version: string): boolean {
  if (version === "" || version[0] === "0") return false;
  for (let at = 0; at < version.length; at++) {
    const digit = version.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return false;
  }
  return true;
}
