import { isRecord } from "../kube/read-json.ts";
import { defaultClusters } from "./config.ts";
import type { ConfigProblem } from "./config-error.ts";
import { suggest } from "./suggest.ts";
import { formatPath } from "./yaml-source.ts";
import type { ConfigPath, YamlSource } from "./yaml-source.ts";

type Report = (path: ConfigPath, message: string, suggestion?: string) => void;

/**
 * Whose word is taken for whom: `auth.realms` and `clusters[].identities` name clusters, and no realm's users can take the names of another's. Takes
 * any value, right or wrong, and skips what the schema refuses.
 */
export function checkIdentities(source: YamlSource): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const report: Report = (path, message, suggestion) => {
    const hint = suggestion === undefined ? {} : { suggestion };
    problems.push({ ...source.locate(path), path: formatPath(path), message, ...hint });
  };
  if (!isRecord(source.value)) return problems;
  const { clusters, auth } = source.value;
  const entries: readonly unknown[] = Array.isArray(clusters) ? clusters : defaultClusters;
  const names = entries.flatMap((cluster) =>
    isRecord(cluster) && typeof cluster["name"] === "string" ? [cluster["name"]] : [],
  );
  if (isRecord(auth) && Array.isArray(auth["realms"])) {
    for (const [index, realm] of auth["realms"].entries()) checkRealm(realm, ["auth", "realms", index], names, report);
  }
  if (!Array.isArray(clusters)) return problems;
  for (const [index, cluster] of entries.entries()) {
    if (!isRecord(cluster) || !Array.isArray(cluster["identities"])) continue;
    const path = ["clusters", index, "identities"];
    checkBelieved(cluster["name"], cluster["identities"], path, names, report);
  }
  return problems;
}

/** Whether a cluster of the name is there. */
function checkRealm(realm: unknown, path: ConfigPath, names: readonly string[], report: Report): boolean {
  if (typeof realm !== "string" || realm === "") return false;
  if (names.includes(realm)) return true;
  report(path, `must be the name of a cluster but got: ${JSON.stringify(realm)}`, suggest(realm, names));
  return false;
}

interface Believed {
  readonly realm: string;
  readonly at: number;
  readonly prefixes: Readonly<Record<PrefixKey, string | undefined>>;
}

const prefixKeys = ["usernamePrefix", "groupsPrefix"] as const;
type PrefixKey = (typeof prefixKeys)[number];

function checkBelieved(
  cluster: unknown,
  identities: readonly unknown[],
  path: ConfigPath,
  names: readonly string[],
  report: Report,
): void {
  const seen: Believed[] = [];
  for (const [at, entry] of identities.entries()) {
    if (!isRecord(entry)) continue;
    const { realm } = entry;
    const place = [...path, at, "realm"];
    if (!checkRealm(realm, place, names, report) || typeof realm !== "string") continue;
    const first = seen.find((other) => other.realm === realm);
    if (realm === cluster) report(place, "must be another cluster: its own users it believes anyway");
    else if (first !== undefined) report(place, `must stand once but got: ${JSON.stringify(realm)}, as ${first.at}`);
    const prefixOf = (key: PrefixKey): string | undefined => {
      const prefix = key in entry ? entry[key] : `${realm}:`;
      return typeof prefix === "string" ? prefix : undefined;
    };
    const [usernamePrefix, groupsPrefix] = [prefixOf("usernamePrefix"), prefixOf("groupsPrefix")];
    const believed: Believed = { realm, at, prefixes: { usernamePrefix, groupsPrefix } };
    for (const key of prefixKeys) checkPrefix(key, believed, key in entry ? [...path, at, key] : place, seen, report);
    seen.push(believed);
  }
}

/**
 * With `a` for one realm and `ab` for another, user `bob` of the first and `ob` of the second would be one: no prefix may begin with another's.
 * Under `system:` nobody gets in (DESIGN 11), so that such a prefix is a mistake.
 */
function checkPrefix(
  key: PrefixKey,
  { realm, prefixes }: Believed,
  path: ConfigPath,
  seen: readonly Believed[],
  report: Report,
): void {
  const prefix = prefixes[key];
  if (prefix === undefined) return;
  if (prefix.startsWith("system:")) {
    report(path, `must not begin with "system:": names of Kubernetes itself never cross`);
    return;
  }
  const taken = seen.find(({ realm: other, prefixes: { [key]: theirs } }) => {
    return other !== realm && theirs !== undefined && (theirs.startsWith(prefix) || prefix.startsWith(theirs));
  });
  if (taken === undefined) return;
  const [one, other] = [JSON.stringify(prefix), JSON.stringify(taken.prefixes[key])];
  report(
    path,
    `${one} lets a user of ${realm} take a name of ${taken.realm}, whose ${key} is ${other}: make them differ`,
  );
}
