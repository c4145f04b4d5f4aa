import { join } from "node:path";
import { ConfigError } from "./config-error.ts";
import type { ConfigProblem } from "./config-error.ts";
import { errorCode } from "./config-environment.ts";
import type { ConfigEnvironment } from "./config-environment.ts";
import type { ClusterConfig, Config, LogLevel } from "./config.ts";
import { toClusterName } from "./cluster-name.ts";
import { deepFreeze } from "./deep-freeze.ts";
import { isEmptyKubeconfig, toConnection } from "./kubeconfig-connection.ts";
import { loadConfig } from "./load-config.ts";
import { kubeconfigFiles, loadKubeconfig } from "./load-kubeconfig.ts";
import { isLoopback } from "../lib/loopback.ts";
import { mustBeLoopback } from "./loopback.ts";
import { createDefaultConfig, resolvePath } from "./parse-config.ts";

/** What flags and variables say over the file. */
export interface ConfigOverrides {
  readonly host?: string;
  readonly port?: number;
  readonly cacheDir?: string;
  readonly logLevel?: LogLevel;
  readonly geoDatabase?: string;
}

/** Where the configuration comes from: exactly one of these. */
export type ConfigOrigin =
  | { readonly type: "file"; readonly file: string }
  /** Each context is a cluster, the first one home; none named: the current one. Without `path`: the files kubectl would read. */
  | {
      readonly type: "kubeconfig";
      readonly path?: string;
      readonly contexts: readonly string[];
      readonly write: boolean;
    }
  | { readonly type: "defaults" };

/** A configuration that can be read again. */
export interface ConfigSource {
  readonly origin: ConfigOrigin;
  /** Reads and checks it as it is now. Throws ConfigError. */
  load(): Promise<Config>;
  /** The files whose change can change what `load` gives, or how clusters of `config` are reached. Absolute. */
  files(config: Config): readonly string[];
}

/** Binds an origin, and what overrides it, to the machine. */
export function createConfigSource(
  origin: ConfigOrigin,
  overrides: ConfigOverrides,
  environment: ConfigEnvironment,
): ConfigSource {
  return {
    origin,
    async load() {
      return applyOverrides(await loadOrigin(origin, environment), overrides, environment);
    },
    files(config) {
      const paths = new Set(origin.type === "file" ? [origin.file, ...config.persistedDocuments.manifests] : []);
      for (const { source } of config.clusters) {
        if (source.type !== "kubeconfig") continue;
        for (const file of kubeconfigFiles(source.path, environment)) paths.add(file);
      }
      return [...paths];
    },
  };
}

/** `./clusters.yaml` where it is there, else the defaults. */
export async function findOrigin({ files, cwd }: ConfigEnvironment): Promise<ConfigOrigin> {
  const file = join(cwd, "clusters.yaml");
  try {
    await files.access(file);
    return { type: "file", file };
  } catch (error) {
    // Anything but "not there" is for the reader to report: a file that may not be read must not turn into the demo.
    return errorCode(error) === "ENOENT" ? { type: "defaults" } : { type: "file", file };
  }
}

async function loadOrigin(origin: ConfigOrigin, environment: ConfigEnvironment): Promise<Config> {
  if (origin.type === "file") return loadConfig(origin.file, environment);
  const config = createDefaultConfig(environment);
  if (origin.type === "defaults") return config;
  return { ...config, clusters: await kubeconfigClusters(origin, environment) };
}

async function kubeconfigClusters(
  { path, contexts, write }: Extract<ConfigOrigin, { readonly type: "kubeconfig" }>,
  environment: ConfigEnvironment,
): Promise<readonly ClusterConfig[]> {
  const kubeconfig = await loadKubeconfig({ explicitPath: path, environment });
  if (isEmptyKubeconfig(kubeconfig)) {
    throw new ConfigError([
      {
        file: kubeconfig.files.join(":"),
        path: "",
        message: "must hold a context but got: no kubeconfig, or an empty one",
      },
    ]);
  }
  const names = contexts.length > 0 ? [...new Set(contexts)] : [kubeconfig.currentContext];
  const problems: ConfigProblem[] = [];
  const taken = new Set<string>();
  const clusters = names.map((context, index): ClusterConfig => {
    try {
      toConnection(kubeconfig, context);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      problems.push(...error.problems);
    }
    const source = {
      type: "kubeconfig",
      context,
      ...(path === undefined ? {} : { path: kubeconfig.files[0] }),
    } as const;
    return {
      name: toClusterName(context, taken),
      role: index === 0 ? "home" : "abroad",
      labels: {},
      write,
      identities: [],
      authorization: "asked",
      source,
    };
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return clusters;
}

function applyOverrides(config: Config, overrides: ConfigOverrides, { cwd, homeDir }: ConfigEnvironment): Config {
  const host = overrides.host ?? config.server.host;
  if (config.auth.mode === "none" && !isLoopback(host))
    throw new ConfigError([{ path: "server.host", message: mustBeLoopback(host) }]);
  const path = (text: string): string => resolvePath(text, cwd, homeDir);
  return deepFreeze({
    ...config,
    server: { ...config.server, host, port: overrides.port ?? config.server.port },
    cache: overrides.cacheDir === undefined ? config.cache : { dir: path(overrides.cacheDir) },
    geo: overrides.geoDatabase === undefined ? config.geo : { database: path(overrides.geoDatabase) },
    log: { level: overrides.logLevel ?? config.log.level },
  });
}
