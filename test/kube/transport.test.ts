import { access, readFile } from "node:fs/promises";
import { createServer } from "node:https";
import type { Server } from "node:https";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ClusterConnection } from "../../src/config/cluster-connection.ts";
import { loadConnection } from "../../src/config/load-connection.ts";
import { systemIdentity } from "../../src/kube/identity.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import type { ResourceId } from "../../src/kube/resource-id.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { createKubeClient } from "../../src/transport/kube-client.ts";
import type { HttpClusterLink } from "../../src/transport/kube-client.ts";
import { eventually } from "../support/eventually.ts";
import { kubeAssets, needsKube, startRealCluster } from "../support/real-clusters.ts";
import type { RealCluster } from "../support/real-clusters.ts";
import { createTestAuthority } from "../support/tls-certificates.ts";

const { namespaces, nodes, pods } = knownResources;
const configmaps: ResourceId = { group: "", version: "v1", plural: "configmaps", kind: "ConfigMap", namespaced: true };
const serviceaccounts: ResourceId = { ...configmaps, plural: "serviceaccounts", kind: "ServiceAccount" };
const options = () => ({ signal: new AbortController().signal, as: systemIdentity("test") });
const write = () => ({ ...options(), fieldManager: "fleetgraph/test" });
const configmap = (name: string, data: Record<string, string> = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, namespace: "default" },
  data,
});

describe.skipIf(kubeAssets === undefined)(`transport over a real control plane (${needsKube})`, () => {
  let cluster: RealCluster;
  let client: HttpClusterLink;
  const reload = (): Promise<ClusterConnection> =>
    loadConnection(
      { type: "kubeconfig", path: cluster.kubeconfig, context: "transport" },
      {
        files: { readFile: (path) => readFile(path, "utf8"), access: (path) => access(path) },
        env: {},
        homeDir: "/",
        cwd: "/",
      },
    );
  const state = () => client.endpoints[0]?.health.state;

  beforeAll(async () => {
    cluster = await startRealCluster({ name: "transport", port: 21_110 });
    client = createKubeClient({
      cluster: "transport",
      connection: await reload(),
      reloadConnection: reload,
      writable: true,
      clock: systemClock,
      random: Math.random,
      logger: silentLogger,
      environment: {},
      limits: {
        readTimeoutMs: 5_000,
        probe: { intervalMs: 300, timeoutMs: 500, confirmMs: 50, failureThreshold: 2, successThreshold: 1 },
      },
    });
  });
  afterAll(async () => {
    await client?.close();
    expect(client?.openSockets).toBe(0);
    await cluster?.down();
  });

  it("should read version, discovery, objects and pages", async () => {
    expect(await client.version(options())).toBe("v1.34.4");
    expect(await client.signingKeyIds(options())).toEqual([expect.stringMatching(/^[\w-]{20,}$/)]);
    const found = await client.discover(options());
    expect(found.find(({ kind, group }) => kind === "Pod" && group === "")).toMatchObject({ plural: "pods", namespaced: true, shortNames: ["po"], subresources: expect.arrayContaining(["log", "status"]) as string[] }); // prettier-ignore
    expect(found.find(({ kind }) => kind === "Deployment")).toMatchObject({ group: "apps", version: "v1" });
    const first = await client.list(namespaces, { limit: 1 }, options());
    expect(first.items).toHaveLength(1);
    const second = await client.list(namespaces, { limit: 500, continue: first.continue ?? "" }, options());
    expect(second.items.length).toBeGreaterThan(1);
    await expect(client.get(namespaces, { name: "nope" }, options())).rejects.toMatchObject({
      reason: "NotFound",
      status: 404,
    });
  });

  it("should find the same kinds by the old discovery as by the aggregated one", async () => {
    const { discoverResources } = await import("../../src/transport/discovery.ts");
    const get = async (path: string): Promise<unknown> => JSON.parse(await cluster.kubectl("get", "--raw", path));
    const legacy = await discoverResources(get);
    const names = (all: typeof legacy): string[] =>
      all.map(({ group, version, kind, plural }) => `${group}/${version} ${kind} ${plural}`);
    expect(names(legacy)).toEqual(names(await client.discover(options())));
  });

  it("should write in every way and see each write on the watch", async () => {
    const { resourceVersion } = await client.list(configmaps, { namespace: "default" }, options());
    const seen: string[] = [];
    const watching = (async () => {
      for await (const event of client.watch(
        configmaps,
        { namespace: "default", resourceVersion, labelSelector: "app=t" },
        options(),
      )) {
        if (event.type !== "BOOKMARK" && event.type !== "ERROR") seen.push(event.type);
        if (event.type === "DELETED") break;
      }
    })();
    const name = { namespace: "default", name: "one" };
    const applied = { ...configmap("one", { a: "1" }), metadata: { ...name, labels: { app: "t" } } };
    const made = await client.patch(configmaps, name, { type: "apply", body: applied, force: false }, write());
    expect(made.created).toBe(true);
    const other = { ...write(), fieldManager: "other" };
    const conflict = client.patch(
      configmaps,
      name,
      { type: "apply", body: { ...applied, data: { a: "2" } }, force: false },
      other,
    );
    await expect(conflict).rejects.toMatchObject({
      reason: "Conflict",
      causes: [{ field: ".data.a", manager: "fleetgraph/test" }],
    });
    await client.patch(configmaps, name, { type: "merge", body: { data: { b: "2" } } }, write());
    await client.patch(
      configmaps,
      name,
      { type: "json", operations: [{ op: "add", path: "/data/c", value: "3" }] },
      write(),
    );
    const { object } = await client.patch(configmaps, name, { type: "strategic", body: { data: { d: "4" } } }, write());
    expect(object["data"]).toEqual({ a: "1", b: "2", c: "3", d: "4" });
    await expect(client.replace(configmaps, made.object, write())).rejects.toMatchObject({
      reason: "Conflict",
      outcomeUnknown: false,
    });
    await client.replace(configmaps, { ...object, data: {} }, write());
    await client.create(configmaps, configmap("dry"), { ...write(), dryRun: true });
    await expect(client.delete(configmaps, name, { uid: "wrong" }, write())).rejects.toMatchObject({
      reason: "Conflict",
    });
    expect((await client.delete(configmaps, name, {}, write())).object).toBe(undefined);
    await watching;
    expect(seen).toEqual(["ADDED", "MODIFIED", "MODIFIED", "MODIFIED", "MODIFIED", "DELETED"]);
    await expect(client.get(configmaps, { namespace: "default", name: "dry" }, options())).rejects.toMatchObject({
      reason: "NotFound",
    });
  });

  it("should let the API server decide for an impersonated user", async () => {
    const as = { kind: "user", username: "nobody", groups: ["system:masters"], realm: "transport" } as const;
    await expect(client.list(pods, {}, { ...options(), as })).rejects.toMatchObject({
      reason: "Forbidden",
      status: 403,
      message: expect.stringContaining('User "nobody" cannot list resource "pods"') as string,
    });
  });

  it("should not let out a user of a realm the cluster does not believe", async () => {
    const as = { kind: "user", username: "nobody", groups: [], realm: "elsewhere" } as const;
    await expect(client.list(pods, {}, { ...options(), as })).rejects.toMatchObject({
      reason: "Forbidden",
      message: expect.stringContaining("the caller is nobody in this cluster") as string,
    });
  });

  it("should give the end of a pod's log, from a stub kubelet", async () => {
    const authority = await createTestAuthority();
    const kubelet: Server = createServer({ ...(await authority.server()) }, (request, response) => {
      if (request.url?.startsWith("/containerLogs/default/web/main") === true)
        response.end(`${"x".repeat(100_000)}\nlast line\n`);
      else response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => kubelet.listen(0, "127.0.0.1", resolve));
    try {
      const { port } = kubelet.address() as AddressInfo;
      await client.create(nodes, { apiVersion: "v1", kind: "Node", metadata: { name: "stub" } }, write());
      const body = {
        status: {
          addresses: [{ type: "InternalIP", address: "127.0.0.1" }],
          daemonEndpoints: { kubeletEndpoint: { Port: port } },
        },
      };
      await client.patch(nodes, { name: "stub" }, { type: "merge", body }, { ...write(), subresource: "status" });
      // Admission wants one, and without a controller-manager nobody makes it.
      const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: "default" } };
      await client.create(serviceaccounts, account, write());
      const spec = { nodeName: "stub", containers: [{ name: "main", image: "registry.example/web:1" }] };
      await client.create(
        pods,
        { apiVersion: "v1", kind: "Pod", metadata: { name: "web", namespace: "default" }, spec },
        write(),
      );
      const log = await client.log(
        { namespace: "default", name: "web" },
        { container: "main", limitBytes: 10 },
        options(),
      );
      expect(Buffer.from(log).toString()).toBe("last line\n");
    } finally {
      kubelet.close();
      kubelet.closeAllConnections();
    }
  });

  it("should mark a paused API server DOWN, close its streams, and go on when it is resumed", async () => {
    await eventually(() => expect(state()).toBe("UP"));
    const { resourceVersion } = await client.list(pods, {}, options());
    const watching = client.watch(pods, { resourceVersion }, options())[Symbol.asyncIterator]();
    const broken = watching.next().then(
      () => undefined,
      (error: unknown) => error,
    );
    await eventually(() => expect(client.openSockets).toBeGreaterThan(0));
    await cluster.act("pause");
    try {
      expect(await broken).toMatchObject({ reason: "Timeout" });
      expect(client.endpoints[0]?.health).toMatchObject({ state: "DOWN", reason: "Timeout" });
      await expect(client.list(pods, {}, options())).rejects.toMatchObject({ reason: "Unavailable" });
    } finally {
      await cluster.act("resume");
    }
    await eventually(() => expect(state()).toBe("UP"));
    await eventually(() => client.list(pods, {}, options()));
  });

  it("should go on after the API server was killed and started again", async () => {
    await cluster.act("stop");
    await eventually(() =>
      expect(client.endpoints[0]?.health).toMatchObject({ state: "DOWN", reason: "ConnectionRefused" }),
    );
    await cluster.act("start");
    await eventually(() => expect(state()).toBe("UP"), 30_000);
    await client.list(pods, {}, options());
  });

  it("should go on over new serving and client certificates", async () => {
    await cluster.act("rotate");
    await cluster.act("stop");
    await cluster.act("start");
    await eventually(() => expect(state()).toBe("UP"), 30_000);
    expect(await client.version(options())).toBe("v1.34.4");
  });
});
