import { describe, expect, it } from "vitest";
import { knownResources } from "../../../src/kube/known-resources.ts";
import { rowOf } from "./row-of.ts";
import type { HealthState, WorkloadRow } from "../../../src/kube/rows/row.ts";

type Name = "deployments" | "statefulsets" | "daemonsets" | "replicasets" | "jobs" | "cronjobs";
type Fields = Readonly<Record<string, unknown>>;
const workloadOf = (name: Name, fields: Fields): WorkloadRow => rowOf<WorkloadRow>(knownResources[name], fields);

const seen = { observedGeneration: 2 };
const metadata = { generation: 2 };
const three = { replicas: 3 };
const all = { ...seen, replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 3 };
const condition = (type: string, status: string, reason = "") => ({
  type,
  status,
  reason,
  lastTransitionTime: "2026-11-20T00:00:00Z",
});
const daemons = { ...seen, desiredNumberScheduled: 2, numberReady: 2, updatedNumberScheduled: 2, numberAvailable: 2 };

describe("a workload's row", () => {
  it.each<[Name, string, Fields, Fields, HealthState, string | null]>([
    ["deployments", "rolled out", three, all, "UP", null],
    ["deployments", "not seen yet", three, { ...all, observedGeneration: 1 }, "DEGRADED", "NotObserved"],
    ["deployments", "none ready", three, { ...all, readyReplicas: 0, availableReplicas: 0 }, "DOWN", "NoneReady"],
    ["deployments", "fewer ready", three, { ...all, readyReplicas: 2 }, "DEGRADED", "FewerReady"],
    ["deployments", "half updated", three, { ...all, replicas: 4, updatedReplicas: 1 }, "DEGRADED", "RollingOut"],
    ["deployments", "with old pods left", three, { ...all, replicas: 4 }, "DEGRADED", "RollingOut"],
    ["deployments", "ready but not available yet", three, { ...all, availableReplicas: 1 }, "DEGRADED", "RollingOut"],
    [
      "deployments",
      "past its deadline",
      three,
      { ...all, conditions: [condition("Progressing", "False", "ProgressDeadlineExceeded")] },
      "DOWN",
      "ProgressDeadlineExceeded",
    ],
    [
      "deployments",
      "refused by quota",
      three,
      { ...all, readyReplicas: 1, conditions: [condition("ReplicaFailure", "True", "FailedCreate")] },
      "DEGRADED",
      "FailedCreate",
    ],
    ["deployments", "scaled to none", { replicas: 0 }, seen, "UP", null],
    ["deployments", "scaling to none", { replicas: 0 }, all, "DEGRADED", "RollingOut"],
    ["statefulsets", "rolled out", three, { ...all, currentRevision: "a", updateRevision: "a" }, "UP", null],
    [
      "statefulsets",
      "rolling out",
      three,
      { ...all, updatedReplicas: 1, currentRevision: "a", updateRevision: "b" },
      "DEGRADED",
      "RollingOut",
    ],
    [
      "statefulsets",
      "held by a partition",
      { ...three, updateStrategy: { type: "RollingUpdate", rollingUpdate: { partition: 2 } } },
      { ...all, updatedReplicas: 1, currentRevision: "a", updateRevision: "b" },
      "UP",
      null,
    ],
    [
      "statefulsets",
      "updated by hand",
      { ...three, updateStrategy: { type: "OnDelete" } },
      { ...all, updatedReplicas: 0, currentRevision: "a", updateRevision: "b" },
      "UP",
      null,
    ],
    ["statefulsets", "none ready", three, { ...all, readyReplicas: 0 }, "DOWN", "NoneReady"],
    ["daemonsets", "rolled out", {}, daemons, "UP", null],
    ["daemonsets", "wanted nowhere", {}, seen, "UP", null],
    ["daemonsets", "half updated", {}, { ...daemons, updatedNumberScheduled: 1 }, "DEGRADED", "RollingOut"],
    ["daemonsets", "half ready", {}, { ...daemons, numberReady: 1 }, "DEGRADED", "FewerReady"],
    ["replicasets", "complete", three, all, "UP", null],
    ["replicasets", "scaled to none", { replicas: 0 }, seen, "UP", null],
    ["replicasets", "none ready", three, { ...all, readyReplicas: 0 }, "DOWN", "NoneReady"],
    ["jobs", "running", {}, { active: 1, ready: 1 }, "UP", null],
    ["jobs", "starting", { parallelism: 2, completions: 4 }, { active: 2, ready: 1 }, "DEGRADED", "Starting"],
    ["jobs", "nearly done", { parallelism: 2, completions: 4 }, { active: 1, ready: 1, succeeded: 3 }, "UP", null],
    ["jobs", "trying again", {}, { active: 1, ready: 0, failed: 2 }, "DEGRADED", "PodsFailed"],
    ["jobs", "complete", {}, { succeeded: 1, conditions: [condition("Complete", "True")] }, "UP", null],
    [
      "jobs",
      "failed",
      {},
      { failed: 7, conditions: [condition("Failed", "True", "BackoffLimitExceeded")] },
      "DOWN",
      "BackoffLimitExceeded",
    ],
    ["jobs", "suspended", { suspend: true }, {}, "UP", "Suspended"],
    ["cronjobs", "at work", { schedule: "* * * * *" }, {}, "UP", null],
    ["cronjobs", "suspended", { suspend: true }, {}, "UP", "Suspended"],
  ])("should judge %s %s", (name, _what, spec, status, state, reason) => {
    const fields = name === "jobs" || name === "cronjobs" ? { spec, status } : { metadata, spec, status };
    expect(workloadOf(name, fields).health).toMatchObject({ state, reason });
  });

  it("should call what is being deleted terminating", () => {
    const gone = { deletionTimestamp: "2026-11-21T00:00:00Z" };
    expect(workloadOf("deployments", { metadata: gone, spec: three, status: all }).health).toMatchObject({
      state: "DEGRADED",
      reason: "Terminating",
    });
  });

  it.each<[Name, Fields, Fields, number | null, number]>([
    ["deployments", {}, {}, 1, 0],
    ["daemonsets", {}, { desiredNumberScheduled: 5, numberReady: 4 }, 5, 4],
    ["jobs", {}, { ready: 1 }, 1, 1],
    ["jobs", { parallelism: 0 }, {}, 0, 0],
    ["cronjobs", {}, {}, null, 0],
  ])("should count pods wanted and ready of %s with %o %o", (name, spec, status, replicas, readyReplicas) => {
    expect(workloadOf(name, { spec, status })).toMatchObject({ replicas, readyReplicas });
  });

  it("should list images once, those of init containers first, also of a CronJob", () => {
    const template = {
      spec: { initContainers: [{ image: "i" }], containers: [{ image: "c" }, { image: "i" }, {}, { image: "c" }] },
    };
    expect(workloadOf("deployments", { spec: { template } }).images).toEqual(["i", "c"]);
    expect(workloadOf("cronjobs", { spec: { jobTemplate: { spec: { template } } } }).images).toEqual(["i", "c"]);
  });

  it("should keep matchLabels ordered", () => {
    const { selectorMap } = workloadOf("deployments", { spec: { selector: { matchLabels: { b: "2", a: "1" } } } });
    expect(Object.entries(selectorMap)).toEqual([["a", "1"], ["b", "2"]]); // prettier-ignore
  });
});
