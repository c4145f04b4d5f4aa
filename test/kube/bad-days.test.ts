import { mkdtemp, readFile, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import type { Socket } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { ClusterConfig } from "../../src/config/config.ts";
import { eventually } from "../support/eventually.ts";
import { buildFleetgraph, startFleetgraph } from "../support/fleetgraph-process.ts";
import type { FleetgraphProcess } from "../support/fleetgraph-process.ts";
import { kubeAssets, needsKube, startRealCluster } from "../support/real-clusters.ts";
import type { RealCluster } from "../support/real-clusters.ts";
import { kubeconfigCluster, startTestApp } from "../support/start-test-app.ts";
import type { TestApp } from "../support/start-test-app.ts";
import { createTestAuthority } from "../support/tls-certificates.ts";

/** Passes TCP on to the API server, so that one way to it can be cut. */
async function startForwarder(targetPort: number) {
  const sockets = new Set<Socket>();
  const forwarder = { port: 0, isCut: false, opened: 0, cut, close };
  const server = createServer((incoming) => {
    if (forwarder.isCut) return incoming.resetAndDestroy();
    forwarder.opened += 1;
    const outgoing = connect(targetPort, "127.0.0.1");
    for (const [socket, other] of [
      [incoming, outgoing],
      [outgoing, incoming],
    ] as const) {
      // prettier-ignore
      sockets.add(socket);
      socket
        .on("error", () => {})
        .once("close", () => {
          sockets.delete(socket);
          other.destroy();
        });
      socket.pipe(other);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  forwarder.port = (server.address() as { port: number }).port;
  return forwarder;

  function cut(): void {
    forwarder.isCut = true;
    for (const socket of sockets) socket.destroy();
  }
  async function close(): Promise<void> {
    cut();
    server.close();
  }
}

const rounds = Number(process.env["FLEETGRAPH_KILL_ROUNDS"] ?? 10);
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
  afterEach(() => stop());
  afterAll(() => home?.down());

  const byEndpoints = (
    ports: readonly number[],
    balance: "round-robin" | "priority",
    ca = credentials.ca,
  ): ClusterConfig => ({
    name: "home",
    role: "home",
    labels: {},
    write: true,
    identities: [],
    authorization: "asked",
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
  const query =
    '{ resources(apiVersion: "v1", kind: "ConfigMap", namespaces: ["default"]) { complete nodes { name } } }';
  const names = async (app: Pick<TestApp | FleetgraphProcess, "query">): Promise<readonly string[]> => {
    const { data } = await app.query(query);
    expect(data.resources.complete).toBe(true);
    return data.resources.nodes.map(({ name }: { name: string }) => name);
  };
  const truth = async (): Promise<readonly string[]> => {
    const text = await home.kubectl("get", "configmaps", "-n", "default", "-o", "name");
    return text.split("\n").filter((line) => line !== "").map((line) => line.replace("configmap/", "")); // prettier-ignore
  };
  const endsWithTruth = (app: Pick<TestApp | FleetgraphProcess, "query">): Promise<void> =>
    eventually(async () => expect(await names(app)).toEqual(await truth()), 60_000);
  const stop = async (): Promise<void> => {
    await fleet?.stop();
    fleet = undefined;
  };

  it.each(["round-robin", "priority"] as const)(
    "should keep a cluster up and its rows in step over %s endpoints while one of two is cut (YH-10..12, YH-20)",
    async (balance) => {
      const [first, second] = [await startForwarder(apiPort), await startForwarder(apiPort)];
      fleet = await startTestApp({ clusters: [byEndpoints([first.port, second.port], balance)] });
      await endsWithTruth(fleet);
      first.cut();
      await eventually(async () => {
        const { data } = await fleet!.query(
          '{ cluster(name: "home") { health { state } endpoints { url health { state } } } }',
        );
        expect(data.cluster.endpoints.map(({ health }: { health: { state: string } }) => health.state)).toEqual([
          "DOWN",
          "UP",
        ]);
        expect(["UP", "DEGRADED"]).toContain(data.cluster.health.state);
      }, 40_000);
      await home.kubectl("create", "configmap", `over-${balance}`);
      await eventually(async () => expect(await names(fleet!)).toContain(`over-${balance}`), 40_000);
      first.isCut = false;
      await eventually(async () => {
        const { data } = await fleet!.query('{ cluster(name: "home") { health { state } } }');
        expect(data.cluster.health.state).toBe("UP");
      }, 40_000);
      await Promise.all([first.close(), second.close()]);
    },
  );

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
  });

  it("should end open streams with the truth after a crash under load and an etcd that went back in time", async () => {
    const app = (fleet = await startTestApp({
      clusters: [kubeconfigCluster("home", home.kubeconfig, { role: "home" })],
    }));
    await endsWithTruth(app);
    const held = new Set<string>();
    let repeated: Set<string> | undefined;
    const stream = app.subscribe(
      'subscription { resourcesChanged(apiVersion: "v1", kind: "ConfigMap", namespaces: ["default"]) { type objects { name } } }',
    );
    const listening = (async () => {
      for await (const { type, objects } of stream) {
        if (type === "RESYNC") repeated = new Set();
        for (const { name } of objects as { name: string }[]) {
          if (type === "DELETED") held.delete(name);
          else held.add(name);
          repeated?.add(name);
        }
        if (type === "SYNCED" && repeated !== undefined) {
          for (const name of held) if (!repeated.has(name)) held.delete(name);
          repeated = undefined;
        }
        if (held.has("the-end")) return;
      }
    })();
    await home.kubectl("create", "configmap", "kept");
    await home.act("save");
    for (let i = 0; i < 5; i++) await home.kubectl("create", "configmap", `load-${i}`);
    await home.act("stop", "kube-apiserver");
    await home.act("start", "kube-apiserver");
    await home.kubectl("delete", "configmap", "load-0");
    await endsWithTruth(app);
    await eventually(async () => expect([...held].sort()).toEqual(await truth()), 30_000);
    await home.act("restore");
    await endsWithTruth(app);
    await eventually(async () => expect([...held].sort()).toEqual(await truth()), 30_000);
    expect(await truth()).not.toContain("load-1");
    await home.kubectl("create", "configmap", "the-end");
    await listening;
  });

  it("should give the same answers after each kill -9 under load", async () => {
    await buildFleetgraph();
    const cwd = await mkdtemp(join(tmpdir(), "fleetgraph-kill-"));
    const args = ["--kubeconfig", home.kubeconfig, "--context", "home"];
    let fleetgraph: FleetgraphProcess | undefined;
    try {
      for (let round = 0; round < rounds; round++) {
        fleetgraph = await startFleetgraph({ args, cwd });
        const { query: ask } = fleetgraph;
        await endsWithTruth(fleetgraph);
        const load = Promise.allSettled(Array.from({ length: 10 }, () => ask(query)));
        await home.kubectl("create", "configmap", `round-${round}`);
        await fleetgraph.kill("SIGKILL");
        await load;
      }
      fleetgraph = await startFleetgraph({ args, cwd });
      await endsWithTruth(fleetgraph);
      expect(fleetgraph.stderr()).not.toContain("a mistake of ours");
    } finally {
      await fleetgraph?.kill("SIGKILL");
      await rm(cwd, { recursive: true, force: true });
    }
  }, 300_000);
});
