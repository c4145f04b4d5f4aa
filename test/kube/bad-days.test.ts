import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { ClusterConfig } from "../../src/config/config.ts";
import { eventually } from "../support/eventually.ts";
import { kubeAssets, needsKube, startRealCluster } from "../support/real-clusters.ts";
import type { RealCluster } from "../support/real-clusters.ts";
import { startTestApp } from "../support/start-test-app.ts";
import type { TestApp } from "../support/start-test-app.ts";
import { createTestAuthority } from "../support/tls-certificates.ts";

const apiPort = 22_100;

describe.skipIf(kubeAssets === undefined)(`bad days of a real control plane (${needsKube})`, () => {
  let home: RealCluster;
  let credentials: { readonly ca: string; readonly cert: string; readonly key: string };
  let fleet: TestApp | undefined;

  beforeAll(async () => {
    home = await startRealCluster({ name: "home", port: apiPort });
    const kubeconfig = parse(await readFile(home.kubeconfig, "utf8"));
    const pem = async (holder: Record<string, string>, key: string): Promise<string> => {
      const file = holder[key];
      return file === undefined
        ? Buffer.from(holder[`${key}-data`] ?? "", "base64").toString()
        : readFile(file, "utf8");
    };
    credentials = {
      ca: await pem(kubeconfig.clusters[0].cluster, "certificate-authority"),
      cert: await pem(kubeconfig.users[0].user, "client-certificate"),
      key: await pem(kubeconfig.users[0].user, "client-key"),
    };
  });
  afterAll(async () => {
    await fleet?.stop();
    await home?.down();
  });

  const byEndpoints = (
    ports: readonly number[],
    balance: "round-robin" | "priority",
    ca = credentials.ca,
  ): ClusterConfig => ({
    name: "home",
    role: "home",
    labels: {},
    write: true,
    source: {
      type: "endpoints",
      balance,
      endpoints: ports.map((port) => ({ url: `https://127.0.0.1:${port}` })),
      credentials: {
        ca: { pem: ca },
        clientCertificate: { pem: credentials.cert },
        clientKey: { pem: credentials.key },
      },
    },
  });
  const stop = async (): Promise<void> => {
    await fleet?.stop();
    fleet = undefined;
  };

  it("should not speak to an API server of a wrong authority, and say why (YH-16)", async () => {
    const { ca } = await createTestAuthority("another");
    const before = (await home.requests()).length;
    fleet = await startTestApp({ clusters: [byEndpoints([apiPort], "priority", ca)] });
    await eventually(async () => {
      const { data } = await fleet!.query('{ cluster(name: "home") { uid health { state reason message } } }');
      expect(data.cluster).toMatchObject({ uid: null, health: { state: "DOWN" } });
      expect(JSON.stringify(data.cluster.health)).toMatch(/certificate|tls/i);
    }, 40_000);
    const since = (await home.requests()).slice(before);
    expect(since.filter(({ userAgent }) => userAgent?.includes("fleetgraph") === true)).toEqual([]);
    await stop();
  });
});
