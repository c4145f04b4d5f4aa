import { describe, expect, it } from "vitest";
import { knownResources } from "../../../src/kube/known-resources.ts";
import { rowOf } from "./row-of.ts";
import type { HealthState, NodeRow } from "../../../src/kube/rows/row.ts";

const nodeOf = (fields: Readonly<Record<string, unknown>>): NodeRow => rowOf<NodeRow>(knownResources.nodes, fields);
const condition = (type: string, status: string, reason: string) => ({
  type,
  status,
  reason,
  message: `${reason}!`,
  lastTransitionTime: "2026-11-20T00:00:00Z",
});
const ready = condition("Ready", "True", "KubeletReady");

describe("a node's row", () => {
  it.each<[string, readonly object[], HealthState, string | null]>([
    ["no conditions", [], "UNKNOWN", "NeverReported"],
    ["Ready", [ready], "UP", null],
    ["not Ready", [condition("Ready", "False", "KubeletNotReady")], "DOWN", "KubeletNotReady"],
    ["Ready unknown", [condition("Ready", "Unknown", "NodeStatusUnknown")], "UNKNOWN", "NodeStatusUnknown"],
    ["pressure", [condition("DiskPressure", "True", "KubeletHasDiskPressure"), ready], "DEGRADED", "DiskPressure"],
    ["no network", [ready, condition("NetworkUnavailable", "True", "NoRoute")], "DEGRADED", "NetworkUnavailable"],
    ["no pressure", [ready, condition("MemoryPressure", "False", "KubeletHasSufficientMemory")], "UP", null],
    ["somebody's own condition", [ready, condition("EtcdIsVoter", "True", "MemberNotLearner")], "UP", null],
    [
      "pressure while not Ready",
      [condition("MemoryPressure", "True", "x"), condition("Ready", "False", "Down")],
      "DOWN",
      "Down",
    ],
  ])("should judge %s", (_what, conditions, state, reason) => {
    expect(nodeOf({ status: { conditions } }).health).toMatchObject({ state, reason });
  });

  it("should tell since when and why", () => {
    const { health } = nodeOf({ status: { conditions: [condition("Ready", "False", "KubeletNotReady")] } });
    expect(health).toEqual({
      state: "DOWN",
      reason: "KubeletNotReady",
      message: "KubeletNotReady!",
      since: "2026-11-20T00:00:00Z",
    });
  });

  it("should read roles from both kinds of label, in order, once", () => {
    const labels = {
      "node-role.kubernetes.io/worker": "",
      "node-role.kubernetes.io/control-plane": "",
      "kubernetes.io/role": "worker",
      "node-role.kubernetes.io/": "",
    };
    expect(nodeOf({ metadata: { labels } }).roles).toEqual(["control-plane", "worker"]);
  });

  const geo = (labels: Readonly<Record<string, string>>) =>
    nodeOf({
      metadata: {
        labels: Object.fromEntries(Object.entries(labels).map(([key, value]) => [`edge-net.io/${key}`, value])),
      },
    }).geo;

  it("should decode a place (UE-08), keeping the hemisphere as the sign (UB-01)", () => {
    const paris = {
      continent: "Europe",
      "country-iso": "FR",
      "state-iso": "IDF",
      city: "Paris",
      lon: "e2.352200",
      lat: "n48.856600",
    };
    expect(geo(paris)).toEqual({
      continent: "Europe",
      countryIso: "FR",
      stateIso: "IDF",
      city: "Paris",
      latitude: 48.8566,
      longitude: 2.3522,
    });
    expect(geo({ lon: "w118.243700", lat: "s34.052200" })).toMatchObject({ longitude: -118.2437, latitude: -34.0522 });
  });

  it.each([
    ["none of the labels", { other: "x" }, null],
    ["only a city", { city: "Rome" }, { city: "Rome", latitude: null, longitude: null, continent: null }],
    ["an empty city", { city: "", lat: "n0.000000", lon: "w0.000000" }, { city: null, latitude: 0, longitude: 0 }],
    ["the other axis' letter", { lon: "n2.35", lat: "e48.85" }, { longitude: null, latitude: null }],
    ["no letter", { lon: "2.35", lat: "48.85" }, { longitude: null, latitude: null }],
    ["degrees beyond the globe", { lon: "e180.1", lat: "s90.5" }, { longitude: null, latitude: null }],
    ["garbage", { lon: "east", lat: "n" }, { longitude: null, latitude: null }],
    ["the edges of the map", { lon: "w180", lat: "s90.000000" }, { longitude: -180, latitude: -90 }],
  ])("should read from %s", (_what, labels, expected) => {
    const place = geo(labels as Record<string, string>);
    if (expected === null) expect(place).toBeNull();
    else expect(place).toMatchObject(expected);
  });

  it("should keep capacity as stored, pods as a number, devices apart", () => {
    const capacity = {
      cpu: "4",
      memory: "16386512Ki",
      pods: "110",
      "ephemeral-storage": "100Gi",
      "hugepages-2Mi": "0",
      "example.com/dongle": "1",
    };
    expect(nodeOf({ status: { capacity } }).capacity).toEqual({
      cpu: "4",
      memory: "16386512Ki",
      pods: 110,
      ephemeralStorage: "100Gi",
      others: [
        { name: "example.com/dongle", quantity: "1" },
        { name: "hugepages-2Mi", quantity: "0" },
      ],
    });
  });

  it("should read spec and nodeInfo", () => {
    const spec = {
      unschedulable: true,
      providerID: "kind://a",
      podCIDR: "10.0.0.0/24",
      taints: [{ key: "k", effect: "NoExecute", timeAdded: "2026-11-20T00:00:00Z" }],
    };
    const status = {
      nodeInfo: { kubeletVersion: "v1.34.1", architecture: "arm64" },
      addresses: [{ type: "ExternalIP", address: "192.0.2.1" }],
    };
    expect(nodeOf({ spec, status })).toMatchObject({
      namespace: null,
      schedulable: false,
      providerId: "kind://a",
      podCidrs: ["10.0.0.0/24"],
      taints: [{ key: "k", value: null, effect: "NoExecute", timeAdded: "2026-11-20T00:00:00Z" }],
      kubeletVersion: "v1.34.1",
      architecture: "arm64",
      osImage: null,
      addresses: [{ type: "ExternalIP", address: "192.0.2.1" }],
    });
  });
});
