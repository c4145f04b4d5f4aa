import { nodeName } from "./pod-fixture.ts";

/** A node as its kubelet registers it, and the status it reports then. */
export function nodeFixture(cluster: string, index: number): { readonly node: object; readonly status: object } {
  const name = nodeName(cluster, index);
  const amount = { cpu: "64", memory: "256Gi", pods: "500" };
  const time = "2026-11-02T08:00:00Z";
  return {
    node: {
      apiVersion: "v1",
      kind: "Node",
      metadata: {
        name,
        labels: {
          "kubernetes.io/hostname": name,
          "kubernetes.io/arch": "amd64",
          "kubernetes.io/os": "linux",
          "topology.kubernetes.io/zone": `${cluster}-${"abc"[index % 3]}`,
        },
      },
    },
    status: {
      addresses: [{ type: "InternalIP", address: `10.0.0.${index + 1}` }],
      capacity: amount,
      allocatable: amount,
      conditions: [
        {
          type: "Ready",
          status: index % 25 === 24 ? "False" : "True",
          reason: "Kubelet",
          lastHeartbeatTime: time,
          lastTransitionTime: time,
        },
      ],
    },
  };
}
