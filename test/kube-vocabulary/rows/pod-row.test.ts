import { describe, expect, it } from "vitest";
import { knownResources } from "../../../src/kube/known-resources.ts";
import { podCases, resourceCases } from "../../kube/pod-cases.ts";
import { rowOf } from "./row-of.ts";
import type { HealthState, PodRow } from "../../../src/kube/rows/row.ts";

type Fields = Readonly<Record<string, unknown>>;
const podOf = (fields: Fields): PodRow => rowOf<PodRow>(knownResources.pods, fields);
const deleted = { deletionTimestamp: "2026-11-21T00:00:30Z", deletionGracePeriodSeconds: 30 };

describe("a pod's row", () => {
  // The cases were laid beside kubectl 1.34.4 by test/kube/kubectl-columns.test.ts.
  it.each(podCases)(
    "should give the STATUS of $name as kubectl does: $expected",
    ({ spec, status, expected, deleted: gone }) => {
      expect(podOf({ spec, status, metadata: gone === true ? deleted : {} }).reason).toBe(expected);
    },
  );

  it.each(resourceCases.filter(({ expected }) => expected !== undefined))(
    "should count the resources of $name",
    ({ spec, status, expected }) => {
      expect(podOf({ spec, status })).toMatchObject(expected!);
    },
  );

  it.each<[string, HealthState, string | null, string | null]>([
    ["pending", "DEGRADED", "Pending", null],
    ["unschedulable", "DEGRADED", "Unschedulable", "2026-11-21T00:00:00Z"],
    ["gated", "DEGRADED", "SchedulingGated", "2026-11-21T00:00:00Z"],
    ["creating", "DEGRADED", "ContainerCreating", "2026-11-21T00:00:00Z"],
    ["running", "UP", null, "2026-11-21T00:00:00Z"],
    ["running-not-ready", "DEGRADED", "NotReady", "2026-11-21T00:00:00Z"],
    ["crash-loop", "DOWN", "CrashLoopBackOff", "2026-11-21T00:00:00Z"],
    ["first-speaks", "DOWN", "ImagePullBackOff", "2026-11-21T00:00:00Z"],
    ["config-error", "DOWN", "CreateContainerConfigError", "2026-11-21T00:00:00Z"],
    ["init-crash", "DOWN", "CrashLoopBackOff", null],
    ["init-first", "DEGRADED", "Init:0/2", null],
    ["completed", "UP", null, "2026-11-21T00:10:00Z"],
    ["error", "DOWN", "Error", "2026-11-21T00:10:00Z"],
    ["evicted", "DOWN", "Evicted", null],
    ["oom", "DEGRADED", "OOMKilled", "2026-11-21T00:00:00Z"],
    ["unknown-phase", "UNKNOWN", "Unknown", null],
    ["terminating", "DEGRADED", "Terminating", "2026-11-21T00:00:00Z"],
    ["terminating-crash", "DEGRADED", "Terminating", "2026-11-21T00:00:00Z"],
    ["node-lost", "UNKNOWN", "NodeLost", "2026-11-21T00:00:00Z"],
  ])("should judge the health of %s: %s %s", (name, state, reason, since) => {
    const { spec, status, deleted: gone } = podCases.find((entry) => entry.name === name)!;
    expect(podOf({ spec, status, metadata: gone === true ? deleted : {} }).health).toMatchObject({
      state,
      reason,
      since,
    });
  });

  it("should tell the message of the container that waits because of an error", () => {
    const containerStatuses = [
      { name: "app", state: { waiting: { reason: "ErrImagePull", message: "no such image" } } },
    ];
    const { health } = podOf({
      spec: { containers: [{ name: "app" }] },
      status: { phase: "Pending", containerStatuses },
    });
    expect(health).toEqual({ state: "DOWN", reason: "ErrImagePull", message: "no such image", since: null });
  });

  it("should add overhead to requests, and to limits only where there is one", () => {
    const resources = { requests: { cpu: "1", memory: "1Gi" }, limits: { memory: "1Gi" } };
    const row = podOf({
      spec: { overhead: { cpu: "250m", memory: "120Mi" }, containers: [{ name: "a", resources }] },
      status: { phase: "Running" },
    });
    expect(row.requests).toMatchObject({ cpu: "1250m", memory: "1144Mi" });
    expect(row.limits).toMatchObject({ cpu: null, memory: "1144Mi" });
  });

  it("should keep a limit null where one container has none, but add up devices", () => {
    const gpu = { limits: { memory: "1Gi", "nvidia.com/gpu": "2" } };
    const { limits } = podOf({ spec: { containers: [{ name: "a", resources: gpu }, { name: "b" }] } });
    expect(limits).toEqual({
      cpu: null,
      memory: null,
      ephemeralStorage: null,
      pods: null,
      others: [{ name: "nvidia.com/gpu", quantity: "2" }],
    });
  });

  it("should leave out what is no quantity", () => {
    const { requests } = podOf({
      spec: { containers: [{ name: "a", resources: { requests: { cpu: "lots", memory: 5 } } }] },
    });
    expect(requests).toMatchObject({ cpu: null, memory: "5" });
  });

  it("should list containers in the order init and sidecars, regular, ephemeral", () => {
    const spec = {
      initContainers: [
        { name: "i", image: "i:1" },
        { name: "s", restartPolicy: "Always" },
      ],
      containers: [{ name: "c", image: "c:1" }],
      ephemeralContainers: [{ name: "e" }],
    };
    const status = { containerStatuses: [{ name: "c", ready: true, restartCount: 2, state: { running: {} } }] };
    expect(podOf({ spec, status }).containerRows).toEqual([
      { name: "i", kind: "INIT", image: "i:1", ready: false, restarts: 0, state: "Waiting", reason: null },
      { name: "s", kind: "SIDECAR", image: "", ready: false, restarts: 0, state: "Waiting", reason: null },
      { name: "c", kind: "REGULAR", image: "c:1", ready: true, restarts: 2, state: "Running", reason: null },
      { name: "e", kind: "EPHEMERAL", image: "", ready: false, restarts: 0, state: "Waiting", reason: null },
    ]);
  });

  it("should find every ConfigMap and Secret once, optional only where every use is", () => {
    const spec = {
      volumes: [
        { name: "1", configMap: { name: "cm-volume", optional: true } },
        { name: "2", secret: { secretName: "secret-volume" } },
        {
          name: "3",
          projected: {
            sources: [
              { configMap: { name: "cm-projected" } },
              { secret: { name: "secret-projected", optional: true } },
              { serviceAccountToken: {} },
            ],
          },
        },
        { name: "4", csi: { driver: "d", nodePublishSecretRef: { name: "secret-csi" } } },
        { name: "5", azureFile: { secretName: "secret-azure" } },
      ],
      initContainers: [{ name: "i", envFrom: [{ configMapRef: { name: "cm-env", optional: true } }] }],
      containers: [
        {
          name: "c",
          envFrom: [{ secretRef: { name: "secret-env" } }, { configMapRef: { name: "cm-volume", optional: true } }],
          env: [
            { name: "A", valueFrom: { configMapKeyRef: { name: "cm-env", key: "k" } } },
            { name: "B", valueFrom: { secretKeyRef: { name: "secret-projected", key: "k" } } },
            { name: "C", value: "x" },
          ],
        },
      ],
      ephemeralContainers: [
        {
          name: "e",
          env: [{ name: "D", valueFrom: { secretKeyRef: { name: "secret-debug", key: "k", optional: true } } }],
        },
      ],
      imagePullSecrets: [{ name: "secret-pull" }, {}],
    };
    const found = podOf({ spec }).configReferenceRows.map(
      ({ kind, name, optional }) => `${kind} ${name}${optional ? "?" : ""}`,
    );
    expect(found).toEqual([
      "ConfigMap cm-volume?",
      "Secret secret-volume",
      "ConfigMap cm-projected",
      "Secret secret-projected",
      "Secret secret-csi",
      "Secret secret-azure",
      "ConfigMap cm-env",
      "Secret secret-env",
      "Secret secret-debug?",
      "Secret secret-pull",
    ]);
  });

  it("should have Kubernetes' defaults where the object says nothing, and survive any shape", () => {
    expect(podOf({})).toMatchObject({
      phase: "Unknown",
      ready: false,
      totalContainers: 0,
      ip: null,
      ips: [],
      nodeName: null,
      deletionTimestamp: null,
    });
    const odd = {
      spec: { containers: "none", volumes: [1, null] },
      status: { conditions: {}, containerStatuses: [null, 3], phase: 7, podIP: [] },
    };
    expect(podOf(odd)).toMatchObject({ phase: "Unknown", containerRows: [], configReferenceRows: [], ip: null });
  });

  it("should have all ips, from podIP where there is no list", () => {
    expect(podOf({ status: { podIP: "10.0.0.1" } }).ips).toEqual(["10.0.0.1"]);
    expect(podOf({ status: { podIP: "10.0.0.1", podIPs: [{ ip: "10.0.0.1" }, { ip: "fd00::1" }] } }).ips).toEqual([
      "10.0.0.1",
      "fd00::1",
    ]);
  });
});
