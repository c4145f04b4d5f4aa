/**
 * The instant of an RFC 3339 time in whole microseconds since the epoch (as fine as Kubernetes' MicroTime; safe integers until 2255);
 * undefined where it is none. "10:00:00Z" and "11:00:00+01:00" are one instant.
 */
export function toMicros(time: string | Date): number | undefined {
  if (time instanceof Date) return Number.isNaN(time.getTime()) ? undefined : time.getTime() * 1000;
  // What Kubernetes writes nearly everywhere, and what sorting reads thousands of.
  if (time.length === 20 && time.endsWith("Z") && time[10] === "T") {
    const wholeMs = Date.parse(time);
    if (!Number.isNaN(wholeMs)) return wholeMs * 1000;
  }
  const match = timePattern.exec(time);
  if (match === null) return undefined;
  const ms = Date.parse(`${match[1]}T${match[2]}${match[4]?.toUpperCase()}`);
  return Number.isNaN(ms) ? undefined : ms * 1000 + Number((match[3] ?? "").slice(0, 6).padEnd(6, "0"));
}

const timePattern = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)$/;
