import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { knownResources } from "../../src/kube/known-resources.ts";
import { prepareObject } from "../../src/kube/prepare-object.ts";
import { compareQuantity } from "../../src/kube/quantity.ts";
import { toServiceDetails } from "../../src/kube/rows/service-details.ts";
import { toRow } from "../../src/kube/rows/to-row.ts";
import { parseFieldSelector, matchesFields } from "../../src/kube/field-selector.ts";
import { matchesLabels, parseLabelSelector } from "../../src/kube/label-selector.ts";
import { podCases, resourceCases } from "./pod-cases.ts";
import type { PodRow } from "../../src/kube/rows/row.ts";

/** `cluster` of the shared folder, and the port of the control plane it starts here. */
const clusterScript = new URL("../../../shared/kube/cluster", import.meta.url).pathname;
const port = 21310;

const assets = process.env.KUBEBUILDER_ASSETS;
const run = promisify(execFile);

interface World {
  readonly directory: string;
  readonly kubectl: (args: readonly string[], input?: unknown) => Promise<string>;
}

async function start(): Promise<World> {
  const directory = join(await mkdtemp(join(tmpdir(), "columns-")), "columns");
  await run(clusterScript, ["up", directory, String(port)]);
  const kubectl: World["kubectl"] = async (args, input) => {
    const call = run(join(assets!, "kubectl"), ["--kubeconfig", join(directory, "kubeconfig"), ...args], {
      maxBuffer: 64 << 20,
    });
    call.child.stdin?.end(input === undefined ? "" : JSON.stringify(input));
    return (await call).stdout;
  };
  return { directory, kubectl };
}

function list(items: readonly unknown[]): unknown {
  return { apiVersion: "v1", kind: "List", items };
}

describe.skipIf(assets === undefined)("rows beside kubectl (needs KUBEBUILDER_ASSETS)", () => {
  let world: World;
  let rows: ReadonlyMap<string, PodRow>;

  beforeAll(async () => {
    world = await start();
    const { kubectl } = world;
    const cases = [...podCases, ...resourceCases];
    const node = { apiVersion: "v1", kind: "Node", metadata: { name: "worker" }, status: { capacity: { cpu: "64", memory: "256Gi", pods: "500" }, allocatable: { cpu: "64", memory: "256Gi", pods: "500" } } }; // prettier-ignore
    const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default", namespace: "default" } };
    const pods = cases.map(({ name, spec }) => ({
      apiVersion: "v1",
      kind: "Pod",
      // The finalizer keeps what is deleted.
      metadata: { name, namespace: "default", labels: { case: name, odd: "x" }, finalizers: ["example.com/keep"] },
      spec: { nodeName: "worker", automountServiceAccountToken: false, ...spec },
    }));
    await kubectl(["create", "--validate=false", "-f", "-"], list([node, account]));
    await kubectl(["create", "--validate=false", "-f", "-"], list(pods));
    const statuses = pods.map((pod, index) => ({ ...pod, status: cases[index]!.status }));
    await kubectl(["replace", "--validate=false", "--subresource=status", "-f", "-"], list(statuses));
    const deleted = cases.filter((entry) => entry.deleted === true).map(({ name }) => name);
    await kubectl(["delete", "pod", "--wait=false", ...deleted]);
    rows = toRows(await kubectl(["get", "pods", "-o", "json", "--show-managed-fields"]));
  });

  afterAll(async () => {
    if (world === undefined) return;
    await run(clusterScript, ["down", world.directory]);
    await rm(join(world.directory, ".."), { recursive: true, force: true });
  });

  it("should give STATUS, READY and RESTARTS as kubectl prints them", async () => {
    const table = await world.kubectl(["get", "pods", "--no-headers"]);
    const printed = table.trimEnd().split("\n").map((line) => /^(\S+)\s+(\S+)\s+(\S+)\s+(\d+)( \(.* ago\))?/.exec(line)!.slice(1)); // prettier-ignore
    expect(printed).toHaveLength(podCases.length + resourceCases.length);
    const ours = [...rows.values()].map((row) => ({
      name: row.name,
      ready: `${row.readyContainers}/${row.totalContainers}`,
      status: row.reason,
      restarts: String(row.restarts),
      hasLastRestart: row.lastRestartAt !== null,
    }));
    const theirs = printed.map(([name, ready, status, restarts, ago]) => ({
      name,
      ready,
      status,
      restarts,
      hasLastRestart: ago !== undefined,
    }));
    expect(ours).toEqual(theirs);
  });

  it("should give the STATUS that the case was made for", () => {
    for (const { name, expected } of podCases)
      expect({ name, reason: rows.get(name)?.reason }).toEqual({ name, reason: expected });
  });

  it("should count requests and limits as kubectl describe node does", async () => {
    const text = await world.kubectl(["describe", "node", "worker"]);
    const lines = text.slice(text.indexOf("Non-terminated Pods"), text.indexOf("Allocated resources")).split("\n");
    const compared: string[] = [];
    for (const line of lines) {
      const match = /^\s+default\s+(\S+)\s+(\S+) \(\S+\)\s+(\S+) \(\S+\)\s+(\S+) \(\S+\)\s+(\S+) \(\S+\)/.exec(line);
      const row = rows.get(match?.[1] ?? "");
      if (match === null || row === undefined) continue;
      const { kubectl: counts } = resourceCases.find(({ name }) => name === row.name) ?? {};
      if (counts === "nothing") continue;
      const { requests } = row;
      const limits = counts === "requests" ? { cpu: null, memory: null } : row.limits;
      const pairs = [
        ["cpu requests", requests.cpu ?? "0", match[2]!],
        ["memory requests", requests.memory ?? "0", match[4]!],
        // kubectl adds up the limits there are; we say null where one container has none.
        ...(limits.cpu === null ? [] : [["cpu limits", limits.cpu, match[3]!]]),
        ...(limits.memory === null ? [] : [["memory limits", limits.memory, match[5]!]]),
      ] as [string, string, string][];
      for (const [what, ours, theirs] of pairs) {
        expect({ pod: row.name, what, ours, theirs, same: compareQuantity(ours, theirs) === 0 }).toEqual({
          pod: row.name,
          what,
          ours,
          theirs,
          same: true,
        });
      }
      compared.push(row.name);
    }
    expect(compared).toEqual(
      expect.arrayContaining(
        resourceCases
          .filter(({ finished, kubectl }) => finished !== true && kubectl !== "nothing")
          .map(({ name }) => name),
      ),
    );
  });

  it("should count pod-level amounts and resizes as the scheduler does", () => {
    for (const { name, expected } of resourceCases)
      if (expected !== undefined) expect(rows.get(name)).toMatchObject(expected);
  });

  it("should leave finished pods out of the sums, as kubectl does", () => {
    for (const { name } of resourceCases.filter(({ finished }) => finished === true)) {
      expect(rows.get(name)).toMatchObject({ requests: { cpu: "0", memory: "0" }, limits: { cpu: "0", memory: "0" } });
    }
  });

  it.each([
    "status.phase=Running",
    "status.phase!=Running",
    "spec.nodeName=worker,status.phase=Failed",
    "spec.restartPolicy=Never",
    "spec.restartPolicy!=Always",
    "spec.schedulerName=default-scheduler",
    "spec.serviceAccountName=default",
    "spec.hostNetwork=false",
    "spec.host=worker",
    "status.podIP=10.0.0.7",
    "status.podIPs=10.0.0.7",
    "status.nominatedNodeName=",
    "metadata.name=running,metadata.namespace=default",
    "metadata.namespace!=default",
    "status.phase==Run\\,ning",
    "",
  ])("should select by the field selector %s what the API server selects", async (selector) => {
    const theirs = await world.kubectl(["get", "pods", "-o", "name", "--field-selector", selector]);
    const parsed = parseFieldSelector(selector, knownResources.pods);
    expect([...rows.values()].filter((row) => matchesFields(parsed, row)).map(({ name }) => `pod/${name}`)).toEqual(
      toLines(theirs),
    );
  });

  it.each([
    "case=running",
    "case!=running",
    "case in (running,pending)",
    "case notin (running, pending)",
    "case,!absent",
    "absent",
    "absent!=x",
    "absent notin ()",
    "odd>1",
    "odd in ()",
    "case=running,odd==x",
  ])("should select by the label selector %s what the API server selects", async (selector) => {
    const theirs = await world.kubectl(["get", "pods", "-o", "name", "-l", selector]);
    const parsed = parseLabelSelector(selector);
    expect(
      [...rows.values()].filter((row) => matchesLabels(parsed, row.labelMap)).map(({ name }) => `pod/${name}`),
    ).toEqual(toLines(theirs));
  });

  it("should tell who wrote a label of a node last", async () => {
    const node = (labels: object): object => ({
      apiVersion: "v1",
      kind: "Node",
      metadata: { name: "labelled", labels },
    });
    await world.kubectl(["create", "-f", "-"], node({ case: "made", odd: "made" }));
    await world.kubectl(["label", "node", "labelled", "added=by-label"]);
    const taking = ["apply", "--server-side", "--field-manager=somebody", "--force-conflicts", "-f", "-"];
    await world.kubectl(taking, node({ case: "taken" }));
    const object: unknown = JSON.parse(
      await world.kubectl(["get", "node", "labelled", "-o", "json", "--show-managed-fields"]),
    );
    const { labelManagers } = prepareObject(object, knownResources.nodes)!;
    expect(labelManagers).toMatchObject({ added: "kubectl-label", case: "somebody", odd: "kubectl-create" });
  });

  it("should give EXTERNAL-IP as kubectl prints it", async () => {
    const service = (name: string, spec: object): unknown => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name },
      spec: { ports: [{ port: 80 }], ...spec },
    });
    const services = [
      service("cluster", {}),
      service("external", { externalIPs: ["192.0.2.1", "192.0.2.2"] }),
      service("name", { type: "ExternalName", externalName: "example.com", ports: [] }),
      service("balanced", { type: "LoadBalancer", externalIPs: ["192.0.2.9"] }),
    ];
    await world.kubectl(["create", "-f", "-"], list(services));
    const ingress = [{ ip: "198.51.100.1" }, { hostname: "lb.example.com" }];
    await world.kubectl(["patch", "service", "balanced", "--subresource=status", "--type=merge", "-p", JSON.stringify({ status: { loadBalancer: { ingress } } })]); // prettier-ignore
    const items = itemsOf(await world.kubectl(["get", "services", "-o", "json"]));
    const ours = items.map(
      (item) =>
        toServiceDetails(prepareObject(item, knownResources.services)!.object).externalAddresses.join(",") || "<none>",
    );
    const table = await world.kubectl(["get", "services", "--no-headers"]);
    expect(ours).toEqual(toLines(table).map((line) => line.split(/\s+/)[3]));
  });
});

function toLines(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "");
}

function itemsOf(json: string): readonly unknown[] {
  return (JSON.parse(json) as { readonly items: readonly unknown[] }).items;
}

function toRows(json: string): ReadonlyMap<string, PodRow> {
  const rows = new Map<string, PodRow>();
  for (const item of itemsOf(json)) {
    const { object, labelManagers } = prepareObject(item, knownResources.pods)!;
    const row = toRow(knownResources.pods, "real", object, {
      observedAtMs: 0,
      source: "LIVE",
      labelManagers,
    }) as PodRow;
    rows.set(row.name, row);
  }
  return rows;
}
