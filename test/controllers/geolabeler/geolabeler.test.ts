import { describe, expect, it } from "vitest";
import { makeGeoDatabase } from "../../../scripts/make-geo-database.ts";
import { createGeolabeler } from "../../../src/controllers/geolabeler/geolabeler.ts";
import { createMaxmindDatabase } from "../../../src/controllers/geolabeler/maxmind-database.ts";
import { createEmbeddedApi } from "../../../src/embedded/embedded-api.ts";
import { systemIdentity } from "../../../src/kube/identity.ts";
import { knownResources } from "../../../src/kube/known-resources.ts";
import { prepareObject } from "../../../src/kube/prepare-object.ts";
import { toRow } from "../../../src/kube/rows/to-row.ts";
import { silentLogger } from "../../../src/lib/logger.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import type { CacheEvent, FleetCache, ResourceSnapshot } from "../../../src/cache/fleet-cache.ts";
import type { Cluster } from "../../../src/cluster/cluster.ts";
import type { KubeClient, Patch, WriteOptions } from "../../../src/kube/client.ts";
import type { KubeObject } from "../../../src/kube/object.ts";
import type { NodeRow } from "../../../src/kube/rows/row.ts";

const { nodes, events } = knownResources;
const call = { signal: new AbortController().signal, as: systemIdentity("test") };
const write: WriteOptions = { ...call, fieldManager: "test" };

/** A cache of one cluster's nodes that is in step whenever `sync` has run. */
function createNodeCache(client: KubeClient) {
  let rows = new Map<string, NodeRow>();
  const listeners = new Set<(event: CacheEvent) => void>();
  return {
    async sync() {
      const before = rows;
      const { items } = await client.list(nodes, {}, call);
      rows = new Map();
      for (const item of items) {
        const { object, labelManagers } = prepareObject(item, nodes)!;
        const held = before.get(object.metadata.name);
        const isSame = held?.resourceVersion === object.metadata.resourceVersion;
        const row = isSame
          ? held!
          : (toRow(nodes, "home", object, { observedAtMs: 0, source: "LIVE", labelManagers }) as NodeRow);
        rows.set(row.name, row);
      }
      for (const name of new Set([...before.keys(), ...rows.keys()])) {
        if (before.get(name) === rows.get(name)) continue;
        const change = { cluster: "home", resource: "nodes", before: before.get(name), after: rows.get(name) };
        for (const listener of listeners) listener({ type: "change", change } as CacheEvent);
      }
    },
    cache: {
      snapshot: () => ({
        resource: (cluster: string) =>
          cluster === "home"
            ? ({
                partitions: [{ rows: [...rows.values()] }],
                get: (_namespace: string, name: string) => rows.get(name),
              } as unknown as ResourceSnapshot)
            : undefined,
      }),
      subscribe(listener: (event: CacheEvent) => void) {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    } as unknown as FleetCache,
  };
}

interface WorldOptions {
  readonly writable?: boolean;
  /** null = the file is missing. */
  readonly database?: Buffer | null;
  readonly replicas?: number;
}

async function createWorld({
  writable = true,
  database: content = makeGeoDatabase(),
  replicas = 1,
}: WorldOptions = {}) {
  const clock = createFakeClock();
  const random = () => 0.5;
  const api = createEmbeddedApi({ name: "home", clock, random });
  const patches: Patch[] = [];
  const client: KubeClient = {
    ...api.client,
    patch(resource, object, patch, options) {
      if (options.fieldManager === "fleetgraph-geolabeler") patches.push(patch);
      return api.client.patch(resource, object, patch, options);
    },
  };
  const disk = { content, version: 0 };
  const abort = new AbortController();
  const running: Promise<void>[] = [];
  const caches: { sync(): Promise<void> }[] = [];
  for (let replica = 0; replica < replicas; replica += 1) {
    const database = createMaxmindDatabase({ path: "/geo.mmdb", clock, logger: silentLogger, disk: { read: async () => disk.content!, stamp: async () => { if (disk.content === null) throw new Error("ENOENT"); return String(disk.version); } } }); // prettier-ignore
    const held = createNodeCache(api.client);
    const cluster = {
      name: "home",
      role: "home",
      labels: {},
      writable,
      client,
      signal: abort.signal,
    } as unknown as Cluster;
    const registry = {
      get: (name: string) => (name === "home" ? cluster : undefined),
      list: () => [cluster],
      subscribe: () => () => {},
    };
    const geolabeler = createGeolabeler({ registry, cache: held.cache, database, clock, random, logger: silentLogger });
    running.push(database.run(abort.signal));
    await database.ready;
    running.push(geolabeler.run(abort.signal));
    caches.push(held);
  }
  /** Until nothing has been written for some rounds. */
  const settle = async (): Promise<void> => {
    let version = "";
    for (let quiet = 0; quiet < 6; quiet += 1) {
      await Promise.all(caches.map((cache) => cache.sync()));
      await clock.advance(2_000);
      if (api.resourceVersion !== version) quiet = 0;
      version = api.resourceVersion;
    }
  };
  const labelsOf = async (name: string) =>
    Object.fromEntries(
      Object.entries((await api.client.get(nodes, { name }, call)).metadata.labels ?? {}).filter(([key]) =>
        key.startsWith("edge-net.io/"),
      ),
    );
  return {
    client: api.client,
    clock,
    disk,
    patches,
    settle,
    labelsOf,
    async addNode(name: string, externalIp: string) {
      const addresses = [
        { type: "InternalIP", address: "10.0.0.1" },
        { type: "ExternalIP", address: externalIp },
      ];
      await api.client.create(nodes, { apiVersion: "v1", kind: "Node", metadata: { name } }, write);
      await api.client.patch(
        nodes,
        { name },
        { type: "merge", body: { status: { addresses } } },
        { ...write, subresource: "status" },
      );
    },
    async moveNode(name: string, externalIp: string) {
      await api.client.patch(
        nodes,
        { name },
        { type: "merge", body: { status: { addresses: [{ type: "ExternalIP", address: externalIp }] } } },
        { ...write, subresource: "status" },
      );
    },
    async notes() {
      const { items } = await api.client.list(events, { namespace: "default" }, call);
      return (items as KubeObject[])
        .map(({ reason, involvedObject }) => `${(involvedObject as { name: string }).name} ${String(reason)}`)
        .sort();
    },
    async [Symbol.asyncDispose]() {
      abort.abort();
      await Promise.all(running);
    },
  };
}

const paris = { "edge-net.io/continent": "Europe", "edge-net.io/country-iso": "FR", "edge-net.io/state-iso": "IDF", "edge-net.io/city": "Paris", "edge-net.io/lon": "e2.352200", "edge-net.io/lat": "n48.856600" }; // prettier-ignore

describe("the geolabeler", () => {
  it("should label the nodes that are there and those that come, once each, and say so (EN-16, 17)", async () => {
    await using world = await createWorld();
    await world.addNode("n1", "192.0.2.1");
    await world.settle();
    await world.addNode("n2", "198.51.100.90");
    await world.settle();
    expect(await world.labelsOf("n1")).toEqual(paris);
    expect(await world.labelsOf("n2")).toMatchObject({
      "edge-net.io/city": "Los_Angeles",
      "edge-net.io/lon": "w118.243700",
    });
    expect(world.patches).toHaveLength(2);
    expect(await world.notes()).toEqual(["n1 GeoLabeled", "n2 GeoLabeled"]);
  });

  it("should follow a change of address and leave other changes and other labels alone (EN-18, 19)", async () => {
    await using world = await createWorld();
    await world.addNode("n1", "192.0.2.1");
    await world.client.patch(
      nodes,
      { name: "n1" },
      { type: "merge", body: { metadata: { labels: { mine: "x" } } } },
      write,
    );
    await world.settle();
    await world.client.patch(
      nodes,
      { name: "n1" },
      { type: "merge", body: { metadata: { annotations: { a: "b" } } } },
      write,
    );
    await world.settle();
    expect(world.patches).toHaveLength(1);
    await world.moveNode("n1", "203.0.113.1");
    await world.settle();
    expect(await world.labelsOf("n1")).toMatchObject({ "edge-net.io/city": "Tokyo" });
    expect((await world.client.get(nodes, { name: "n1" }, call)).metadata.labels).toMatchObject({ mine: "x" });
    expect(world.patches).toHaveLength(2);
  });

  it("should put back what somebody else changed", async () => {
    await using world = await createWorld();
    await world.addNode("n1", "192.0.2.1");
    await world.settle();
    await world.client.patch(
      nodes,
      { name: "n1" },
      { type: "merge", body: { metadata: { labels: { "edge-net.io/city": "Atlantis", "edge-net.io/lat": null } } } },
      write,
    );
    await world.settle();
    expect(await world.labelsOf("n1")).toEqual(paris);
  });

  it("should take its labels back when the database has no place any more, and say why", async () => {
    await using world = await createWorld();
    await world.addNode("n1", "192.0.2.1");
    await world.settle();
    await world.moveNode("n1", "8.8.8.8");
    await world.settle();
    expect(await world.labelsOf("n1")).toEqual({});
    expect(await world.notes()).toEqual(["n1 GeoAddressNotInDatabase", "n1 GeoLabeled"]);
  });

  it("should leave labels of others where there is no place", async () => {
    await using world = await createWorld();
    await world.addNode("n1", "10.0.0.9");
    await world.client.patch(
      nodes,
      { name: "n1" },
      { type: "merge", body: { metadata: { labels: { "edge-net.io/city": "Here" } } } },
      write,
    );
    await world.settle();
    expect(await world.labelsOf("n1")).toEqual({ "edge-net.io/city": "Here" });
    expect(world.patches).toEqual([]);
    expect(await world.notes()).toEqual(["n1 GeoNoPublicAddress"]);
  });

  it("should do nothing without a database, and begin when it comes (EN-20)", async () => {
    await using world = await createWorld({ database: null });
    await world.addNode("n1", "192.0.2.1");
    await world.settle();
    expect([await world.labelsOf("n1"), world.patches, await world.notes()]).toEqual([{}, [], []]);
    world.disk.content = makeGeoDatabase();
    await world.clock.advance(10_000);
    await world.settle();
    expect(await world.labelsOf("n1")).toEqual(paris);
  });

  it("should leave a read-only cluster alone", async () => {
    await using world = await createWorld({ writable: false });
    await world.addNode("n1", "192.0.2.1");
    await world.settle();
    expect(await world.labelsOf("n1")).toEqual({});
    expect([world.patches, await world.notes()]).toEqual([[], []]);
  });

  it("should converge with another replica: same labels, one Event, and then no more writes", async () => {
    await using world = await createWorld({ replicas: 2 });
    await world.addNode("n1", "192.0.2.1");
    await world.addNode("n2", "203.0.113.70");
    await world.settle();
    const written = world.patches.length;
    const version = (await world.client.get(nodes, { name: "n1" }, call)).metadata.resourceVersion;
    await world.settle();
    expect(await world.labelsOf("n1")).toEqual(paris);
    expect(await world.notes()).toEqual(["n1 GeoLabeled", "n2 GeoLabeled"]);
    expect(world.patches).toHaveLength(written);
    expect((await world.client.get(nodes, { name: "n1" }, call)).metadata.resourceVersion).toBe(version);
  });
});
