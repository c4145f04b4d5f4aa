import { onTestFinished } from "vitest";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import type { CallOptions } from "../../src/kube/client.ts";
import { systemIdentity } from "../../src/kube/identity.ts";
import type { ClusterConnection } from "../../src/config/cluster-connection.ts";
import { createKubeClient } from "../../src/transport/kube-client.ts";
import type { HttpClusterLink, KubeClientOptions } from "../../src/transport/kube-client.ts";
import type { TransportLimits } from "../../src/transport/transport-limits.ts";
import { startTestApiServer } from "../support/tls-api-server.ts";
import type { TestApiServer, TestApiServerOptions } from "../support/tls-api-server.ts";

/** Limits that a test can wait for. */
export const quickLimits: Partial<TransportLimits> = {
  connectTimeoutMs: 300,
  readTimeoutMs: 2_000,
  writeTimeoutMs: 2_000,
  watchStartTimeoutMs: 2_000,
  retryBaseMs: 5,
  retryMaxMs: 20,
  breakerBaseMs: 50,
  breakerMaxMs: 100,
  credentialsAgeMs: 1_000,
  probe: { intervalMs: 60_000, timeoutMs: 300, confirmMs: 10, failureThreshold: 2, successThreshold: 1 },
};

export const as = systemIdentity("test");

/** Never aborted. */
export function forever(): CallOptions {
  return { signal: new AbortController().signal, as };
}

export async function serve(options: TestApiServerOptions = {}): Promise<TestApiServer> {
  const server = await startTestApiServer(options);
  onTestFinished(() => server.close());
  return server;
}

export function connectionTo(urls: readonly string[], more: Partial<ClusterConnection> = {}): ClusterConnection {
  return {
    endpoints: urls.map((url) => ({ url })),
    balance: "round-robin",
    tls: { insecureSkipVerify: false },
    authentication: { type: "none" },
    ...more,
  };
}

/** A client that is closed, and has no socket left, when the test ends. */
export function connect(connection: ClusterConnection, more: Partial<KubeClientOptions> = {}): HttpClusterLink {
  const client = createKubeClient({
    cluster: "test",
    connection,
    writable: true,
    clock: systemClock,
    random: Math.random,
    logger: silentLogger,
    environment: { PATH: "/usr/bin:/bin" },
    ...more,
    limits: { ...quickLimits, ...more.limits },
  });
  onTestFinished(async () => {
    await client.close();
    if (client.openSockets > 0) throw new Error(`${client.openSockets} sockets are left`);
  });
  return client;
}

/** The error of a promise that must reject. */
export async function failureOf(work: Promise<unknown>): Promise<unknown> {
  const outcome = await work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ("error" in outcome) return outcome.error;
  throw new Error(`it did not fail, but gave ${JSON.stringify(outcome.value)}`);
}
