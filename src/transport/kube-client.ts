import type { Random } from "../lib/backoff.ts";
import type { Clock } from "../lib/clock.ts";
import type { Logger } from "../lib/logger.ts";
import { noTracer } from "../lib/tracer.ts";
import type { Tracer } from "../lib/tracer.ts";
import type { EndpointStatus } from "../cluster/cluster.ts";
import type { ClusterLink, EndpointChange, VerifyEndpoint } from "../cluster/cluster-link.ts";
import type { ClusterConnection } from "../config/cluster-connection.ts";
import { systemIdentity } from "../kube/identity.ts";
import type { BelievedRealm } from "../kube/identity.ts";
import { knownResources } from "../kube/known-resources.ts";
import { createProtobufKinds } from "../kube/protobuf/protobuf-kinds.ts";
import type { ProtobufKinds } from "../kube/protobuf/protobuf-kinds.ts";
import { KubeError } from "../kube/kube-error.ts";
import { unpaced } from "./connection-pace.ts";
import type { ConnectionPace } from "./connection-pace.ts";
import { createCredentialSource } from "./credentials.ts";
import { createEndpoint } from "./endpoint.ts";
import type { Endpoint } from "./endpoint.ts";
import { createEndpointChoice } from "./endpoint-choice.ts";
import type { EndpointChoice } from "./endpoint-choice.ts";
import type { RunCommand } from "./exec-credential.ts";
import { createKubeReader } from "./kube-reader.ts";
import { createKubeWriter } from "./kube-writer.ts";
import { createLink } from "./link.ts";
import type { Link } from "./link.ts";
import { createProtobufLists } from "./protobuf-lists.ts";
import { createProber } from "./prober.ts";
import type { Prober } from "./prober.ts";
import { defaultTransportLimits } from "./transport-limits.ts";
import type { TransportLimits } from "./transport-limits.ts";
import { withTracing } from "./with-tracing.ts";

export interface KubeClientOptions {
  /** Name of the cluster, for errors and logs. */
  readonly cluster: string;
  readonly connection: ClusterConnection;
  /** Reads the connection again from where it came, for rotated credentials; addresses are those of `connection` for the client's life. */
  readonly reloadConnection?: () => Promise<ClusterConnection>;
  /** `identities` of its configuration: whose users go out under which names; those of other realms are refused. Unset = only its own. */
  readonly believes?: readonly BelievedRealm[];
  /** `write: true` of its configuration. */
  readonly writable: boolean;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Shared by all clusters; unset = connections begin when they are asked for. */
  readonly pace?: ConnectionPace;
  /** Shared by all clusters; unset = its own. */
  readonly protobuf?: ProtobufKinds;
  /** Unset = nothing is traced. */
  readonly tracer?: Tracer;
  readonly limits?: Partial<TransportLimits>;
  /** Variables an exec plugin inherits: PATH, HOME and whatever it wants. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly userAgent?: string;
  readonly runCommand?: RunCommand;
}

/** A ClusterLink over HTTP, with what tests and metrics ask besides. */
export interface HttpClusterLink extends ClusterLink {
  /** Connections open or being opened to all endpoints; probes not counted. */
  readonly openSockets: number;
}

/**
 * One client for one cluster: own connections, slots, retry budget, breakers and probes, so that nothing of it holds up another cluster.
 * Probing begins at once and ends with `close`.
 */
export function createKubeClient(options: KubeClientOptions): HttpClusterLink {
  const {
    cluster,
    connection,
    clock,
    random,
    logger,
    writable,
    pace = unpaced,
    userAgent = "fleetgraph",
    tracer = noTracer,
  } = options;
  const limits = { ...defaultTransportLimits, ...options.limits };
  const closing = new AbortController();
  const listeners = new Set<(event: EndpointChange) => void>();
  const emit = (event: EndpointChange): void => {
    for (const listener of listeners) {
      try {
        listener(event);
      } catch (error) {
        logger.error("listener of a cluster link failed", { cluster, error });
      }
    }
  };
  const credentials = createCredentialSource({
    ...options,
    maxAgeMs: limits.credentialsAgeMs,
    execTimeoutMs: limits.execTimeoutMs,
  });
  const endpoints = connection.endpoints.map((endpoint) =>
    createEndpoint({ ...options, pace, endpoint, limits, proxyUrl: connection.proxyUrl }),
  );
  const probers = new Map<Endpoint, Prober>(
    endpoints.map((endpoint) => [
      endpoint,
      createProber({
        cluster,
        endpoint,
        credentials,
        clock,
        random,
        logger,
        userAgent,
        limits: limits.probe,
        onChange: (before, after) => emit({ before, after }),
      }),
    ]),
  );
  const kinds = options.protobuf ?? createProtobufKinds();
  let verify: VerifyEndpoint | undefined;
  const linkTo = (choice: EndpointChoice, isVerified: boolean): Link =>
    createLink({
      cluster,
      credentials,
      clock,
      random,
      limits,
      protobuf: kinds,
      userAgent,
      tracer,
      choice,
      endpoints,
      closing: closing.signal,
      impersonation: connection.impersonation,
      believes: options.believes ?? [],
      ...(isVerified ? { verify: async ({ url }, signal) => verify?.(url, signal) } : {}),
      onLinkFailure: (endpoint) => probers.get(endpoint)?.nudge(),
    });
  const link = linkTo(createEndpointChoice(endpoints, connection.balance), true);
  const protobuf = createProtobufLists({ cluster, kinds, logger });
  const now = (): number => clock.now();
  const identityReaders = new Map(
    endpoints.map((endpoint) => [
      endpoint.url,
      createKubeReader({ cluster, limits, protobuf, now, link: linkTo(onlyChoice(endpoint), false) }),
    ]),
  );
  const probing = Array.from(probers.values(), (prober) => prober.run(closing.signal));
  let statuses: readonly EndpointStatus[] = [];
  const client = {
    ...createKubeReader({ cluster, link, limits, protobuf, now }),
    ...createKubeWriter({ cluster, link, limits, writable }),
  };
  return {
    ...withTracing(client, cluster, tracer),
    get endpoints() {
      const now = endpoints.map(({ status }) => status);
      if (now.length !== statuses.length || now.some((status, at) => status !== statuses[at])) statuses = now;
      return statuses;
    },
    get openSockets() {
      return endpoints.reduce((sum, { openSockets }) => sum + openSockets, 0);
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    verifyWith(how) {
      verify = how;
    },
    async readIdentity(url, signal) {
      const reader = identityReaders.get(url);
      if (reader === undefined) throw new KubeError({ reason: "Unavailable", message: `no endpoint ${url}`, cluster });
      const call = { signal, as: systemIdentity("identity") };
      const { metadata } = await reader.get(knownResources.namespaces, { name: "kube-system" }, call);
      return metadata.uid ?? "";
    },
    async close() {
      listeners.clear();
      closing.abort(new Error("the cluster has left"));
      for (const endpoint of endpoints) endpoint.cut(new Error("the cluster has left"));
      await Promise.all(probing);
    },
  };
}

/** Always this one, healthy or not. */
function onlyChoice(endpoint: Endpoint): EndpointChoice {
  return { choose: () => endpoint, has: () => false };
}
