import { resolve } from "node:path";
import type { ConfigOrigin, ConfigOverrides } from "../config/config-source.ts";
import type { LogLevel } from "../config/config.ts";
import { suggest } from "../config/suggest.ts";
import type { ServeCommand } from "./parse-command.ts";
import { UsageError } from "./usage-error.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Variables over which flags win. Their names keep clear of FLEETGRAPH_PORT and FLEETGRAPH_SERVICE_*, which Kubernetes itself sets in every pod
 * beside a Service called "fleetgraph".
 */
export const environmentVariables = {
  config: "FLEETGRAPH_CONFIG",
  host: "FLEETGRAPH_LISTEN_HOST",
  port: "FLEETGRAPH_LISTEN_PORT",
  cacheDir: "FLEETGRAPH_CACHE_DIR",
  logLevel: "FLEETGRAPH_LOG_LEVEL",
  geoDatabase: "FLEETGRAPH_GEO_DATABASE",
} as const;

/** Where the configuration comes from by flags and variables; undefined: look for ./clusters.yaml. */
export function toOrigin(command: ServeCommand, env: Environment, cwd: string): ConfigOrigin | undefined {
  const { kubeconfig, contexts, write } = command;
  if (kubeconfig !== undefined || contexts.length > 0) {
    return {
      type: "kubeconfig",
      contexts,
      write,
      ...(kubeconfig === undefined ? {} : { path: resolve(cwd, kubeconfig) }),
    };
  }
  const file = command.config ?? valueOf(env, environmentVariables.config);
  return file === undefined ? undefined : { type: "file", file: resolve(cwd, file) };
}

/** What flags and variables say over the file. Throws UsageError. */
export function toOverrides(command: ServeCommand, env: Environment): ConfigOverrides {
  const port = command.port ?? valueOf(env, environmentVariables.port);
  const logLevel = valueOf(env, environmentVariables.logLevel);
  return {
    host: command.host ?? valueOf(env, environmentVariables.host),
    port:
      port === undefined
        ? undefined
        : parsePort(port, command.port === undefined ? environmentVariables.port : "--port"),
    cacheDir: valueOf(env, environmentVariables.cacheDir),
    logLevel: logLevel === undefined ? undefined : parseLogLevel(logLevel),
    geoDatabase: valueOf(env, environmentVariables.geoDatabase),
  };
}

/** An empty variable counts as not set. */
function valueOf(env: Environment, name: string): string | undefined {
  const value = env[name];
  return value === "" ? undefined : value;
}

function parsePort(text: string, origin: string): number {
  const port = /^\d{1,5}$/u.test(text) ? Number(text) : Number.NaN;
  if (port >= 0 && port <= 65_535) return port;
  throw new UsageError("serve", `${origin} must be a port from 0 to 65535 but got: ${JSON.stringify(text)}`);
}

const logLevels: readonly LogLevel[] = ["debug", "info", "warn", "error"];

function parseLogLevel(text: string): LogLevel {
  const level = logLevels.find((known) => known === text);
  if (level !== undefined) return level;
  const meant = suggest(text, logLevels);
  const hint = meant === undefined ? "" : `; did you mean ${JSON.stringify(meant)}?`;
  throw new UsageError(
    "serve",
    `${environmentVariables.logLevel} must be ${logLevels.join(", ")} but got: ${JSON.stringify(text)}${hint}`,
  );
}
