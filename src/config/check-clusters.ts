import { isRecord } from "../kube/read-json.ts";
import { checkIdentities } from "./check-identities.ts";
import { clusterSourceKeys } from "./clusters-schema.ts";
import { configDefaults } from "./config.ts";
import type { ConfigProblem } from "./config-error.ts";
import { isLoopback } from "../lib/loopback.ts";
import { mustBeLoopback } from "./loopback.ts";
import { formatPath } from "./yaml-source.ts";
import type { ConfigPath, YamlSource } from "./yaml-source.ts";

type Loose = Readonly<Record<string, unknown>>;

/** What a schema cannot say: one home, unique names, one source each. Takes any value, right or wrong, and skips what the schema refuses. */
export function checkClusters(source: YamlSource): ConfigProblem[] {
  const problems: ConfigProblem[] = [];
  const report = (path: ConfigPath, message: string, at: "value" | "key" = "value"): void => {
    problems.push({ ...source.locate(path, at), path: formatPath(path), message });
  };
  if (!isRecord(source.value)) return problems;
  checkProbe(source.value["probe"], report);
  checkHost(source.value, report);
  checkPersisted(source.value["persistedDocuments"], report);
  const clusters = source.value["clusters"];
  problems.push(...checkIdentities(source));
  if (!Array.isArray(clusters) || clusters.length === 0) return problems;
  const entries: readonly unknown[] = clusters;
  checkNames(entries, report);
  checkHome(entries, report);
  for (const [index, cluster] of entries.entries()) {
    if (isRecord(cluster)) checkSource(cluster, ["clusters", index], report);
  }
  return problems;
}

type Report = (path: ConfigPath, message: string, at?: "value" | "key") => void;

function checkNames(clusters: readonly unknown[], report: Report): void {
  const seen = new Map<string, number>();
  for (const [index, cluster] of clusters.entries()) {
    const name = isRecord(cluster) ? cluster["name"] : undefined;
    if (typeof name !== "string") continue;
    const first = seen.get(name);
    if (first === undefined) seen.set(name, index);
    else
      report(
        ["clusters", index, "name"],
        `must be unique but got: ${JSON.stringify(name)}, which clusters[${first}] has`,
      );
  }
}

function checkHome(clusters: readonly unknown[], report: Report): void {
  const roles = clusters.map((cluster) => (isRecord(cluster) ? cluster["role"] : undefined));
  const homes = roles.flatMap((role, index) => (role === "home" ? [index] : []));
  for (const index of homes.slice(1)) {
    report(["clusters", index, "role"], `must be abroad: exactly one cluster is home, and clusters[${homes[0]}] is`);
  }
  if (homes.length > 0) return;
  if (roles.length === 1) {
    if (roles[0] === "abroad")
      report(["clusters", 0, "role"], "must be home: a single cluster is the home of its fleet");
    return;
  }
  // A role that is misspelt may be the home: the schema has already said so.
  if (roles.some((role) => role !== undefined && role !== "abroad")) return;
  report(["clusters"], 'must have exactly one cluster with "role: home" but got: none', "key");
}

function checkSource(cluster: Loose, path: ConfigPath, report: Report): void {
  const sources = clusterSourceKeys.filter((key) => key in cluster);
  const choice = "exactly one of embedded, kubeconfig, inCluster, endpoints";
  // A `fleetgraph` source has been refused by name.
  if (sources.length === 0 && !("fleetgraph" in cluster)) report(path, `must have ${choice} but got: none of them`);
  for (const key of sources.slice(1))
    report([...path, key], `must have ${choice} but got: ${sources.join(" and ")}`, "key");
  for (const key of ["balance", "credentials"]) {
    if (key in cluster && !("endpoints" in cluster)) report([...path, key], "goes with endpoints only", "key");
  }
  if (!isRecord(cluster["credentials"])) return;
  checkCredentials(cluster["credentials"], [...path, "credentials"], report);
  const isSecret = Object.keys(cluster["credentials"]).some((key) => /^(?:token|client)/u.test(key));
  const endpoints: readonly unknown[] = Array.isArray(cluster["endpoints"]) ? cluster["endpoints"] : [];
  for (const [index, endpoint] of endpoints.entries()) {
    const url = isRecord(endpoint) ? endpoint["url"] : undefined;
    if (isSecret && typeof url === "string" && url.toLowerCase().startsWith("http://")) {
      report([...path, "endpoints", index, "url"], "must be https: credentials never go over plain HTTP");
    }
  }
}

function checkCredentials(credentials: Loose, path: ConfigPath, report: Report): void {
  for (const [one, other] of [
    ["ca", "caFile"],
    ["token", "tokenFile"],
    ["clientPemFile", "clientCertificateFile"],
    ["clientPemFile", "clientKeyFile"],
  ] as const) {
    if (one in credentials && other in credentials) report([...path, other], `must not stand beside ${one}`, "key");
  }
  if ("clientPemFile" in credentials) return;
  for (const [one, other] of [
    ["clientCertificateFile", "clientKeyFile"],
    ["clientKeyFile", "clientCertificateFile"],
  ] as const) {
    if (one in credentials && !(other in credentials)) report([...path, one], `must stand beside ${other}`, "key");
  }
}

function checkHost({ server, auth }: Loose, report: Report): void {
  if (isRecord(auth) && auth["mode"] === "token") return;
  const host = isRecord(server) ? server["host"] : undefined;
  if (typeof host === "string" && host !== "" && !isLoopback(host)) report(["server", "host"], mustBeLoopback(host));
}

function checkPersisted(persisted: unknown, report: Report): void {
  if (!isRecord(persisted) || persisted["enforce"] !== true) return;
  const { manifests = [] } = persisted;
  if (!Array.isArray(manifests) || manifests.length > 0) return;
  report(["persistedDocuments", "enforce"], "takes at least one of manifests: without any, every request is refused");
}

function checkProbe(probe: unknown, report: Report): void {
  if (!isRecord(probe)) return;
  const { intervalMs = configDefaults.probe.intervalMs, timeoutMs = configDefaults.probe.timeoutMs } = probe;
  if (typeof intervalMs !== "number" || typeof timeoutMs !== "number" || timeoutMs <= intervalMs) return;
  const key = "timeoutMs" in probe ? "timeoutMs" : "intervalMs";
  report(["probe", key], `timeoutMs must be at most intervalMs but got: ${timeoutMs} over ${intervalMs}`);
}
