import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { kubeAssets, needsKube, sharedFolder, startRealCluster } from "../support/real-clusters.ts";
import type { RealCluster } from "../support/real-clusters.ts";
import { kubeconfigCluster, startTestApp } from "../support/start-test-app.ts";
import type { TestApp } from "../support/start-test-app.ts";

/** Addresses that MaxMind's own test database knows: Boxford, Milton, London. */
const addresses = { boxford: "2.125.160.216", milton: "216.160.83.56", london: "81.2.69.160" };

describe.skipIf(kubeAssets === undefined)(`the geolabeler on a real cluster (${needsKube})`, () => {
  let cluster: RealCluster;
  let replicas: TestApp[];

  const startReplica = (): Promise<TestApp> =>
    startTestApp({
      clusters: [kubeconfigCluster("home", cluster.kubeconfig, { role: "home" })],
      config: { geo: { database: join(sharedFolder, "data", "geoip", "GeoLite2-City-Test.mmdb") } },
    });
  const labelsOf = async (node: string): Promise<Record<string, string>> => {
    const { metadata } = JSON.parse(await cluster.kubectl("get", "node", node, "-o", "json")) as {
      metadata: { labels: Record<string, string> };
    };
    return Object.fromEntries(Object.entries(metadata.labels).filter(([key]) => key.startsWith("edge-net.io/")));
  };
  /** A manifest of a node without any label. */
  const nodeFile = async (name: string, ip: string): Promise<string> => {
    const file = join(tmpdir(), `fleetgraph-node-${process.pid}.json`);
    const status = { addresses: [{ type: "ExternalIP", address: ip }] };
    await writeFile(file, JSON.stringify({ apiVersion: "v1", kind: "Node", metadata: { name }, status }));
    return file;
  };
  const patches = async (): Promise<number> =>
    (await cluster.requests()).filter(
      ({ verb, requestURI, userAgent = "" }) =>
        verb === "patch" && requestURI.includes("/nodes/") && userAgent.startsWith("fleetgraph"),
    ).length;

  beforeAll(async () => {
    cluster = await startRealCluster({ name: "home", port: 22_200 });
    for (const [name, ip] of Object.entries(addresses)) await cluster.act("node", name, `ip=${ip}`, "mine=kept");
    replicas = [await startReplica(), await startReplica()];
  });
  afterAll(async () => {
    await Promise.all((replicas ?? []).map((replica) => replica.stop()));
    await cluster?.down();
  });

  it("should label the nodes it finds, as the database has them, and leave other labels alone (EN-16, 19, 20; UE-08, 10)", async () => {
    await eventually(async () => {
      expect(await labelsOf("boxford")).toEqual({
        "edge-net.io/continent": "Europe",
        "edge-net.io/country-iso": "GB",
        "edge-net.io/state-iso": "ENG",
        "edge-net.io/city": "Boxford",
        "edge-net.io/lat": "n51.750000",
        "edge-net.io/lon": "w1.250000",
      });
      expect(await labelsOf("milton")).toMatchObject({
        "edge-net.io/city": "Milton",
        "edge-net.io/lon": "w122.314900",
      });
      expect(await labelsOf("london")).toMatchObject({ "edge-net.io/city": "London" });
    }, 20_000);
    expect(await cluster.kubectl("get", "node", "london", "-o", "jsonpath={.metadata.labels.mine}")).toBe("kept");
  });

  it("should list nodes once and then watch, for each replica (EN-16)", async () => {
    const ours = (await cluster.requests()).filter(
      ({ requestURI, userAgent = "" }) => /\/api\/v1\/nodes\?/.test(requestURI) && userAgent.startsWith("fleetgraph"),
    );
    const lists = ours.filter(({ verb }) => verb === "list");
    expect(lists).toHaveLength(2);
  });

  it("should show the places as fields, signs and all (UB-01), and who wrote the labels", async () => {
    const { data } = await replicas[0]!.query(
      "{ nodes(where: { geo: { longitude: { lt: 0 } } }) { nodes { name geo { city longitude } } } }",
    );
    expect(data.nodes.nodes).toEqual(
      expect.arrayContaining([
        { name: "boxford", geo: { city: "Boxford", longitude: -1.25 } },
        { name: "milton", geo: { city: "Milton", longitude: -122.3149 } },
      ]),
    );
    const stream = replicas[1]!.subscribe(
      "subscription { nodeLabelsChanged { node { name } changed { key new } manager } }",
    );
    const next = stream.next();
    await eventually(async () => {
      await cluster.kubectl("label", "node", "london", "edge-net.io/city=Atlantis", "--overwrite");
      expect(
        await Promise.race([next.then(() => true), new Promise((resolve) => setTimeout(() => resolve(false), 40))]),
      ).toBe(true);
    });
    // Somebody touched a label of ours: it is put back, by us.
    for (let value = (await next).value; value.manager !== "fleetgraph-geolabeler";)
      value = (await stream.next()).value;
    await stream.return?.();
    await eventually(async () => expect(await labelsOf("london")).toMatchObject({ "edge-net.io/city": "London" }));
  });

  it("should follow a new address and write nothing for what concerns no place (EN-18, UE-11)", async () => {
    await cluster.act("node", "traveller", `ip=${addresses.london}`);
    await eventually(async () => expect(await labelsOf("traveller")).toMatchObject({ "edge-net.io/city": "London" }));
    await cluster.act("node", "traveller", `ip=${addresses.milton}`);
    await eventually(async () => expect(await labelsOf("traveller")).toMatchObject({ "edge-net.io/city": "Milton" }));
    await eventually(async () => {
      const before = await patches();
      await cluster.kubectl("annotate", "node", "boxford", `unrelated=${before}`, "--overwrite");
      await eventually(async () => {
        const { data } = await replicas[0]!.query(
          '{ clusterNode(cluster: "home", name: "boxford") { annotations { key value } } }',
        );
        expect(data.clusterNode.annotations).toContainEqual({ key: "unrelated", value: String(before) });
      });
      expect(await patches()).toBe(before);
    });
  });

  it("should label a node that comes with no labels at all, and tell subscribers once (EN-17, UB-07)", async () => {
    const stream = replicas[0]!.subscribe(
      "subscription { nodeLabelsChanged { node { name } added { key } removed { key } changed { key } manager } }",
    );
    const seen: { node: { name: string }; added: { key: string }[]; manager: string | null }[] = [];
    const listening = (async () => {
      for await (const message of stream) {
        seen.push(message as (typeof seen)[number]);
        if (seen.some(({ node }) => node.name === "after")) return;
      }
    })();
    // The stream has no snapshot to wait for: nodes are made until one of them is told.
    let made = 0;
    await eventually(async () => {
      await cluster.kubectl("create", "-f", await nodeFile(`bare-${made++}`, addresses.boxford));
      await eventually(() => expect(seen.some(({ node }) => node.name.startsWith("bare-"))).toBe(true), 2_000);
    }, 20_000);
    const name = `bare-${made - 1}`;
    await eventually(async () => expect(Object.keys(await labelsOf(name))).toHaveLength(6));
    await cluster.act("node", "after", `ip=${addresses.london}`);
    await listening;
    const labellings = seen.filter(({ node, manager }) => node.name === name && manager === "fleetgraph-geolabeler");
    expect(labellings).toHaveLength(1);
    expect(labellings[0]?.added.map(({ key }) => key.replace("edge-net.io/", "")).sort()).toEqual([
      "city",
      "continent",
      "country-iso",
      "lat",
      "lon",
      "state-iso",
    ]);
  });

  it("should say on the node why it has no place, and label nothing (EN-20)", async () => {
    await cluster.act("node", "nowhere", "ip=198.51.100.7");
    await eventually(async () => {
      const events = JSON.parse(
        await cluster.kubectl("get", "events", "-o", "json", "--field-selector", "involvedObject.name=nowhere"),
      ) as { items: { message: string }[] };
      expect(events.items.length).toBeGreaterThan(0);
    }, 20_000);
    expect(await labelsOf("nowhere")).toEqual({});
  });
});
