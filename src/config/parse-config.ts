import { dirname, isAbsolute, join, normalize, resolve } from "node:path";
import { checkClusters } from "./check-clusters.ts";
import { checkSchema } from "./check-schema.ts";
import type { PemSource } from "./cluster-connection.ts";
import { configDefaults, defaultClusters } from "./config.ts";
import type { ClusterConfig, ClusterSource, Config, EndpointCredentials } from "./config.ts";
import type { ConfigEnvironment } from "./config-environment.ts";
import type { ConfigProblem } from "./config-error.ts";
import { deepFreeze } from "./deep-freeze.ts";
import type { RawCluster, RawConfig } from "./raw-config.ts";
import { parseYamlSource } from "./yaml-source.ts";
import type { YamlSource } from "./yaml-source.ts";

/** What paths in a file are relative to, and what defaults come from. */
export type PathEnvironment = Pick<ConfigEnvironment, "env" | "homeDir" | "cwd">;

/** A file read as far as it goes. */
export interface ParsedConfig {
  /** Defined exactly where `problems` is empty. */
  readonly config: Config | undefined;
  readonly problems: readonly ConfigProblem[];
  readonly source: YamlSource;
  /** Of the clusters that are right in themselves, by their place in the file: what they refer to can be checked, whatever else is wrong. */
  readonly clusterSources: ReadonlyMap<number, ClusterSource>;
  /** Absolute path of the geolocation database, where the file names one. */
  readonly database: string | undefined;
  /** Absolute paths of the manifests of persisted documents. */
  readonly manifests: readonly string[];
}

/** Reads the text of a clusters.yaml without touching any other file. Never throws. `file` is an absolute path. */
export function parseConfig(text: string, file: string, environment: PathEnvironment): ParsedConfig {
  const source = parseYamlSource(text, file);
  const problems = [...source.problems];
  if (source.value === null) {
    problems.push({
      file,
      line: 1,
      column: 1,
      path: "",
      message: "must be a mapping but got: nothing (an empty file)",
    });
  } else if (source.value !== undefined) {
    problems.push(...checkSchema(source), ...checkClusters(source));
  }
  const path = (text: string): string => resolvePath(text, dirname(file), environment.homeDir);
  const { geo, persistedDocuments } = (source.value ?? {}) as LooseConfig;
  const database = geo?.database;
  const manifests: unknown = persistedDocuments?.manifests;
  return {
    config: problems.length === 0 ? toConfig(source.value as RawConfig, dirname(file), environment) : undefined,
    problems,
    source,
    clusterSources: soundSources(source.value, problems, path),
    database: isPath(database) ? path(database) : undefined,
    manifests: Array.isArray(manifests) ? manifests.filter(isPath).map(path) : [],
  };
}

/** What names other files, whatever else the file says. */
interface LooseConfig {
  readonly geo?: { readonly database?: unknown } | null;
  readonly persistedDocuments?: { readonly manifests?: unknown } | null;
}

function isPath(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function soundSources(
  value: unknown,
  problems: readonly ConfigProblem[],
  path: (text: string) => string,
): ReadonlyMap<number, ClusterSource> {
  const clusters = (value as { readonly clusters?: unknown } | undefined | null)?.clusters;
  const sound = new Map<number, ClusterSource>();
  if (!Array.isArray(clusters)) return sound;
  for (const [index, cluster] of clusters.entries()) {
    const prefix = `clusters[${index}]`;
    if (!problems.some((problem) => problem.path === prefix || problem.path.startsWith(`${prefix}.`))) {
      sound.set(index, toSource(cluster as RawCluster, path));
    }
  }
  return sound;
}

/** What holds without any file. */
export function createDefaultConfig(environment: PathEnvironment): Config {
  return toConfig({}, environment.cwd, environment);
}

function toConfig(raw: RawConfig, baseDir: string, environment: PathEnvironment): Config {
  const path = (text: string): string => resolvePath(text, baseDir, environment.homeDir);
  const database = raw.geo?.database;
  return deepFreeze({
    clusters: raw.clusters?.map((cluster, _, all) => toCluster(cluster, all.length === 1, path)) ?? defaultClusters,
    server: { ...configDefaults.server, ...raw.server },
    auth: { ...configDefaults.auth, ...raw.auth },
    cache: { dir: raw.cache?.dir === undefined ? defaultCacheDir(environment) : path(raw.cache.dir) },
    limits: { ...configDefaults.limits, ...raw.limits },
    probe: { ...configDefaults.probe, ...raw.probe },
    subgraph: { ...configDefaults.subgraph, ...raw.subgraph },
    persistedDocuments: {
      ...configDefaults.persistedDocuments,
      ...raw.persistedDocuments,
      manifests: (raw.persistedDocuments?.manifests ?? []).map(path),
    },
    geo: database === undefined ? {} : { database: path(database) },
    log: { ...configDefaults.log, ...raw.log },
  });
}

function toCluster(raw: RawCluster, alone: boolean, path: (text: string) => string): ClusterConfig {
  const source = toSource(raw, path);
  return {
    name: raw.name,
    role: raw.role ?? (alone ? "home" : "abroad"),
    labels: raw.labels ?? {},
    write: raw.write ?? source.type === "embedded",
    identities: (raw.identities ?? []).map(({ realm, usernamePrefix, groupsPrefix }) => ({
      realm,
      usernamePrefix: usernamePrefix ?? `${realm}:`,
      groupsPrefix: groupsPrefix ?? `${realm}:`,
    })),
    authorization: raw.authorization ?? (source.type === "embedded" ? "local" : "asked"),
    source,
  };
}

function toSource(raw: RawCluster, path: (text: string) => string): ClusterSource {
  if (raw.kubeconfig !== undefined) {
    const { path: file, context } = raw.kubeconfig;
    return { type: "kubeconfig", context, ...(file === undefined ? {} : { path: path(file) }) };
  }
  if (raw.endpoints !== undefined) {
    return {
      type: "endpoints",
      endpoints: raw.endpoints.map((endpoint) => ({ ...endpoint, url: endpoint.url.replace(/\/+$/u, "") })),
      balance: raw.balance ?? "round-robin",
      credentials: toCredentials(raw, path),
    };
  }
  if ("inCluster" in raw) return { type: "inCluster" };
  return { type: "embedded", seed: raw.embedded?.seed ?? raw.name };
}

function toCredentials({ credentials: raw = {} }: RawCluster, path: (text: string) => string): EndpointCredentials {
  const file = (text: string | undefined): PemSource | undefined =>
    text === undefined ? undefined : { file: path(text) };
  return withoutUnset({
    ca: raw.ca === undefined ? file(raw.caFile) : { pem: raw.ca },
    serverName: raw.serverName,
    token: raw.token,
    tokenFile: raw.tokenFile === undefined ? undefined : path(raw.tokenFile),
    clientCertificate: file(raw.clientPemFile ?? raw.clientCertificateFile),
    clientKey: file(raw.clientPemFile ?? raw.clientKeyFile),
  });
}

function withoutUnset<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, entry]) => entry !== undefined)) as T;
}

/** `path` from `baseDir`; "~" and "~/…" from the home folder. Absolute. */
export function resolvePath(path: string, baseDir: string, homeDir: string): string {
  if (path === "~" || path.startsWith("~/")) return join(homeDir, path.slice(1));
  return isAbsolute(path) ? normalize(path) : resolve(baseDir, path);
}

/** `$XDG_CACHE_HOME/fleetgraph`; a relative XDG_CACHE_HOME is to be ignored (XDG Base Directory Specification). */
function defaultCacheDir({ env, homeDir }: PathEnvironment): string {
  const cacheHome = env["XDG_CACHE_HOME"] ?? "";
  return join(isAbsolute(cacheHome) ? cacheHome : join(homeDir, ".cache"), "fleetgraph");
}
