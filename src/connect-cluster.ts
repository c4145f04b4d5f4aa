import type { ClusterLink } from "./cluster/cluster-link.ts";
import type { ConfigEnvironment } from "./config/config-environment.ts";
import type { ClusterConnection } from "./config/cluster-connection.ts";
import type { ClusterConfig, ProbeConfig } from "./config/config.ts";
import { loadConnection } from "./config/load-connection.ts";
import type { EmbeddedFleet } from "./embedded-fleet.ts";
import { createProtobufKinds } from "./kube/protobuf/protobuf-kinds.ts";
import type { Random } from "./lib/backoff.ts";
import type { Clock } from "./lib/clock.ts";
import type { Logger } from "./lib/logger.ts";
import type { Tracer } from "./lib/tracer.ts";
import { createConnectionPace } from "./transport/connection-pace.ts";
import { createKubeClient } from "./transport/kube-client.ts";
import type { TransportLimits } from "./transport/transport-limits.ts";

export interface ClusterConnectorOptions {
  readonly environment: ConfigEnvironment;
  readonly embedded: EmbeddedFleet;
  readonly probe: ProbeConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly tracer?: Tracer;
  readonly transportLimits?: Partial<TransportLimits>;
}

/** How the registry gets its way to a cluster: files are read now, embedded clusters are started; nothing is contacted. */
export function createClusterConnector(
  options: ClusterConnectorOptions,
): (config: ClusterConfig) => Promise<ClusterLink> {
  const { environment, embedded, probe, clock, random, logger, tracer, transportLimits } = options;
  const protobuf = createProtobufKinds();
  const pace = createConnectionPace(clock);
  const connectionOf = ({ name, source }: ClusterConfig): Promise<ClusterConnection> =>
    source.type === "embedded" ? embedded.start(name, source.seed) : loadConnection(source, environment);
  return async (config) => {
    const { name, write, identities } = config;
    return createKubeClient({
      cluster: name,
      connection: await connectionOf(config),
      // Certificates and tokens that stand in the kubeconfig itself are renewed there.
      ...(config.source.type === "embedded" ? {} : { reloadConnection: () => connectionOf(config) }),
      writable: write,
      believes: identities,
      clock,
      random,
      logger,
      protobuf,
      pace,
      ...(tracer === undefined ? {} : { tracer }),
      limits: { ...transportLimits, probe: { ...probe, confirmMs, ...transportLimits?.probe } },
      environment: environment.env,
    });
  };
}

/** Between a failed probe and the one that confirms it: long enough for a restarted connection, short beside the interval. */
const confirmMs = 500;
