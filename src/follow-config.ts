import type { ConfigurableRegistry } from "./cluster/cluster-registry.ts";
import type { ConfigEnvironment } from "./config/config-environment.ts";
import type { ConfigSource } from "./config/config-source.ts";
import type { ClusterConfig, Config } from "./config/config.ts";
import { watchConfig } from "./config/watch-config.ts";
import type { WatchFolder } from "./config/watch-config.ts";
import type { Clock } from "./lib/clock.ts";
import type { Logger } from "./lib/logger.ts";
import type { Runnable } from "./lib/runnable.ts";

export interface FollowConfigOptions {
  readonly config: Config;
  readonly source: ConfigSource;
  readonly environment: ConfigEnvironment;
  readonly watchFolder: WatchFolder;
  readonly registry: Pick<ConfigurableRegistry<ClusterConfig>, "apply">;
  /** Called after each change was applied: what the configuration names may have changed without it. */
  readonly onApplied?: () => unknown;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Applies changes of the configuration while it runs: clusters join and leave; what needs a restart is named in the log. */
export function followConfig(options: FollowConfigOptions): Runnable {
  const { config, source, environment, watchFolder, registry, clock, logger } = options;
  return {
    name: "configuration",
    ready: Promise.resolve(),
    run: (signal) =>
      watchConfig({
        source,
        config,
        files: environment.files,
        watchFolder,
        clock,
        signal,
        onChange(next) {
          const { clusters: _, ...rest } = config;
          const { clusters, ...nextRest } = next;
          const needRestart = Object.keys(nextRest).filter(
            (key) =>
              JSON.stringify(nextRest[key as keyof typeof nextRest]) !== JSON.stringify(rest[key as keyof typeof rest]),
          );
          logger.info("configuration applied", { clusters: clusters.map(({ name }) => name) });
          if (needRestart.length > 0)
            logger.warn("configuration changed where only a restart applies it", { keys: needRestart });
          registry.apply(clusters);
          options.onApplied?.();
        },
        onError: (error) => logger.error("configuration is wrong, the old one stays", { problems: error.message }),
      }),
  };
}
