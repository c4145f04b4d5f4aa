import { describe, expect, it } from "vitest";
import { toConditions } from "../../../src/kube/rows/conditions.ts";
import { toContainers } from "../../../src/kube/rows/pod-details.ts";
import { toServiceDetails, toServiceEndpoints } from "../../../src/kube/rows/service-details.ts";
import { toCronJobDetails, toDaemonSetDetails, toDeploymentDetails, toJobDetails, toReplicaSetDetails, toStatefulSetDetails } from "../../../src/kube/rows/workload-details.ts"; // prettier-ignore
import type { KubeObject } from "../../../src/kube/object.ts";

const at = "2026-11-20T00:00:00Z";
const object = (fields: object, annotations = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "X",
  metadata: { name: "a", annotations },
  ...fields,
});

describe("details", () => {
  it("should read conditions and leave out those without a type", () => {
    const conditions = [
      { type: "Ready", status: "True", lastTransitionTime: at, observedGeneration: 2 },
      { status: "True" },
      7,
    ];
    expect(toConditions(object({ status: { conditions } }))).toEqual([
      { type: "Ready", status: "True", reason: null, message: null, lastTransitionTime: at, observedGeneration: 2 },
    ]);
  });

  it("should read containers with their runs", () => {
    const ended = { exitCode: 137, signal: 9, reason: "OOMKilled", startedAt: at, finishedAt: at };
    const spec = {
      containers: [
        {
          name: "c",
          image: "c:1",
          resources: { limits: { memory: "1Gi" } },
          ports: [
            { containerPort: 80, hostPort: 0 },
            { name: "dns", containerPort: 53, protocol: "UDP", hostPort: 53 },
          ],
        },
      ],
    };
    const status = {
      containerStatuses: [
        {
          name: "c",
          imageID: "c@sha256:0",
          restartCount: 1,
          state: { running: { startedAt: at } },
          lastState: { terminated: ended },
        },
      ],
    };
    expect(toContainers(object({ spec, status }))).toMatchObject([
      {
        name: "c",
        imageId: "c@sha256:0",
        state: "Running",
        startedAt: at,
        termination: null,
        lastTermination: {
          exitCode: 137,
          signal: 9,
          reason: "OOMKilled",
          message: null,
          startedAt: at,
          finishedAt: at,
        },
        requests: { memory: null },
        limits: { memory: "1Gi" },
        ports: [
          { name: null, port: 80, protocol: "TCP", hostPort: null },
          { name: "dns", port: 53, protocol: "UDP", hostPort: 53 },
        ],
      },
    ]);
  });

  it("should tell how a terminated container ended", () => {
    const spec = { containers: [{ name: "c" }] };
    const status = {
      containerStatuses: [{ name: "c", state: { terminated: { exitCode: 0, reason: "Completed", message: "bye" } } }],
    };
    expect(toContainers(object({ spec, status }))[0]).toMatchObject({
      state: "Terminated",
      reason: "Completed",
      message: "bye",
      termination: { exitCode: 0, signal: null },
      lastTermination: null,
    });
  });

  it("should read each workload's own fields", () => {
    const revision = { "deployment.kubernetes.io/revision": "7" };
    expect(
      toDeploymentDetails(
        object({ spec: { paused: true, strategy: { type: "Recreate" } }, status: { updatedReplicas: 2 } }, revision),
      ),
    ).toEqual({ updatedReplicas: 2, availableReplicas: 0, paused: true, strategy: "Recreate", revision: 7 });
    expect(toDeploymentDetails(object({}))).toEqual({
      updatedReplicas: 0,
      availableReplicas: 0,
      paused: false,
      strategy: "RollingUpdate",
      revision: null,
    });
    expect(toStatefulSetDetails(object({ spec: { serviceName: "db" }, status: { availableReplicas: 1 } }))).toEqual({
      updatedReplicas: 0,
      availableReplicas: 1,
      serviceName: "db",
    });
    expect(
      toDaemonSetDetails(object({ status: { updatedNumberScheduled: 3, numberAvailable: 2, numberMisscheduled: 1 } })),
    ).toEqual({ updatedReplicas: 3, availableReplicas: 2, misscheduledReplicas: 1 });
    expect(toReplicaSetDetails(object({ status: { availableReplicas: 4 } }))).toEqual({ availableReplicas: 4 });
    expect(
      toJobDetails(object({ spec: { completions: 3 }, status: { active: 1, succeeded: 1, failed: 2, startTime: at } })),
    ).toEqual({
      completions: 3,
      active: 1,
      succeeded: 1,
      failed: 2,
      suspended: false,
      startedAt: at,
      completedAt: null,
    });
    expect(
      toCronJobDetails(
        object({
          spec: { schedule: "@daily", timeZone: "Europe/Paris", suspend: true },
          status: { lastScheduleTime: at },
        }),
      ),
    ).toEqual({
      schedule: "@daily",
      timeZone: "Europe/Paris",
      suspended: true,
      lastScheduledAt: at,
      lastSuccessfulAt: null,
    });
  });

  it("should read ports and addresses of a Service", () => {
    const ports = [
      { port: 80, targetPort: "http", nodePort: 30080, appProtocol: "http" },
      { name: "dns", port: 53, targetPort: 5353, protocol: "UDP" },
    ];
    expect(
      toServiceDetails(object({ spec: { clusterIP: "10.0.0.1", clusterIPs: ["10.0.0.1", "fd00::1"], ports } })),
    ).toEqual({
      clusterIps: ["10.0.0.1", "fd00::1"],
      externalName: null,
      externalAddresses: [],
      ports: [
        { name: null, protocol: "TCP", port: 80, targetPort: "http", nodePort: 30080, appProtocol: "http" },
        { name: "dns", protocol: "UDP", port: 53, targetPort: "5353", nodePort: null, appProtocol: null },
      ],
    });
    expect(toServiceDetails(object({ spec: { clusterIP: "None" } })).clusterIps).toEqual(["None"]);
    expect(toServiceDetails(object({ spec: { type: "ExternalName", externalName: "example.com" } }))).toMatchObject({
      externalName: "example.com",
      externalAddresses: ["example.com"],
    });
  });

  it("should join the endpoints of a Service's slices by pod", () => {
    const pod = (name: string) => ({ kind: "Pod", name, uid: `${name}-uid` });
    const slices = [
      object({
        addressType: "IPv4",
        endpoints: [
          { addresses: ["10.0.0.1"], targetRef: pod("p"), nodeName: "n", conditions: { ready: true } },
          { addresses: ["192.0.2.1"] },
        ],
      }),
      object({
        addressType: "IPv6",
        endpoints: [
          { addresses: ["fd00::1"], targetRef: pod("p") },
          {
            addresses: ["fd00::2"],
            targetRef: pod("q"),
            conditions: { ready: false, serving: true, terminating: true },
          },
        ],
      }),
    ];
    expect(toServiceEndpoints(slices)).toEqual([
      {
        addresses: ["10.0.0.1", "fd00::1"],
        ready: true,
        serving: true,
        terminating: false,
        nodeName: "n",
        podRef: { name: "p", uid: "p-uid" },
      },
      { addresses: ["192.0.2.1"], ready: true, serving: true, terminating: false, nodeName: null, podRef: null },
      {
        addresses: ["fd00::2"],
        ready: false,
        serving: true,
        terminating: true,
        nodeName: null,
        podRef: { name: "q", uid: "q-uid" },
      },
    ]);
  });
});
