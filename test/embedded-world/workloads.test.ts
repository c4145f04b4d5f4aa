import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { knownResources } from "../../src/kube/known-resources.ts";
import { resourceQuotas } from "../../src/embedded/world/controllers/resource-quota.ts";
import { createWorld, workload } from "./support/create-world.ts";
import type { Json, World } from "./support/create-world.ts";

const { replicasets, statefulsets, daemonsets, jobs, pods, nodes, events } = knownResources;
let world: World;
beforeEach(async () => {
  world = await createWorld();
});
afterEach(async () => {
  expect(world.complaints).toEqual([]);
  await world.close();
});

describe("the ReplicaSet controller", () => {
  it("should replace a pod that is deleted, never making one too many", async () => {
    await world.create(replicasets, workload("ReplicaSet", "rs", { spec: { replicas: 3 } }));
    await world.after(1_000);
    const [first = ""] = await world.names(pods);
    await world.remove(pods, `default/${first}`);
    await world.after(1_000);
    expect(await world.names(pods)).toHaveLength(3);
    expect(await world.names(pods)).not.toContain(first);
    const created = (await world.list(events)).filter(({ reason }) => reason === "SuccessfulCreate");
    expect(created).toHaveLength(4);
  });
});

describe("the StatefulSet controller", () => {
  it("should make pods in order, each after the one before is ready", async () => {
    await world.create(statefulsets, workload("StatefulSet", "db", { spec: { replicas: 2, serviceName: "db" } }));
    await world.settle();
    expect(await world.names(pods)).toEqual(["db-0"]);
    await world.after(1_500);
    expect(await world.names(pods)).toEqual(["db-0", "db-1"]);
    expect((await world.get(statefulsets, "default/db")).status).toMatchObject({ replicas: 2, readyReplicas: 2, updatedReplicas: 2 }); // prettier-ignore
  });

  it("should delete from the end", async () => {
    await world.create(statefulsets, workload("StatefulSet", "db", { spec: { replicas: 3, serviceName: "db", podManagementPolicy: "Parallel" } })); // prettier-ignore
    await world.after(1_000);
    await world.merge(statefulsets, "default/db", { spec: { replicas: 1 } });
    await world.after(2_000);
    expect(await world.names(pods)).toEqual(["db-0"]);
  });

  it("should replace the pods one by one from the end after a change of the template, down to the partition", async () => {
    const spec = { replicas: 3, serviceName: "db", updateStrategy: { rollingUpdate: { partition: 1 } } };
    await world.create(statefulsets, workload("StatefulSet", "db", { spec }));
    await world.after(3_000);
    await world.merge(statefulsets, "default/db", { spec: { template: { spec: { containers: [{ name: "main", image: "app:2" }] } } } }); // prettier-ignore
    await world.after(5_000);
    expect((await world.list(pods)).map((pod) => [pod.metadata.name, pod.spec.containers[0].image])).toEqual([["db-0", "app:1"], ["db-1", "app:2"], ["db-2", "app:2"]]); // prettier-ignore
    const { status } = await world.get(statefulsets, "default/db");
    expect(status.updatedReplicas).toBe(2);
    expect(status.currentRevision).not.toBe(status.updateRevision);
  });
});

describe("the DaemonSet controller", () => {
  const onNodes = async (): Promise<string[]> =>
    (await world.list(pods)).map(({ spec }): string => spec.nodeName).sort();

  it("should keep one pod on each node, new and cordoned ones included", async () => {
    await world.merge(nodes, "n1", { spec: { unschedulable: true } });
    await world.create(daemonsets, workload("DaemonSet", "agent"));
    await world.after(1_000);
    await world.node("n3");
    await world.after(1_000);
    expect(await onNodes()).toEqual(["n1", "n2", "n3"]);
    expect((await world.get(daemonsets, "default/agent")).status).toMatchObject({ desiredNumberScheduled: 3, numberReady: 3, updatedNumberScheduled: 3 }); // prettier-ignore
  });

  it("should keep away from tainted nodes and leave a node whose label is taken", async () => {
    await world.node("n3", { labels: { disk: "ssd" }, spec: { taints: [{ key: "dedicated", effect: "NoSchedule" }] } });
    await world.merge(nodes, "n1", { metadata: { labels: { disk: "ssd" } } });
    await world.create(daemonsets, workload("DaemonSet", "agent", { pod: { nodeSelector: { disk: "ssd" } } }));
    await world.after(1_000);
    expect(await onNodes()).toEqual(["n1"]);
    await world.merge(nodes, "n1", { metadata: { labels: { disk: null } } });
    await world.after(1_000);
    expect(await onNodes()).toEqual([]);
  });

  it("should replace its pods one by one after a change of the template", async () => {
    await world.create(daemonsets, workload("DaemonSet", "agent"));
    await world.after(1_000);
    await world.merge(daemonsets, "default/agent", { spec: { template: { spec: { containers: [{ name: "main", image: "app:2" }] } } } }); // prettier-ignore
    let fewest = 2;
    for (let i = 0; i < 30; i++) {
      await world.after(100);
      fewest = Math.min(fewest, (await world.get(daemonsets, "default/agent")).status.numberReady);
    }
    expect(fewest).toBe(1);
    expect((await world.list(pods)).map(({ spec }) => spec.containers[0].image)).toEqual(["app:2", "app:2"]);
  });
});

describe("the Job controller", () => {
  const condition = async (): Promise<Json> => (await world.get(jobs, "default/work")).status.conditions?.[0];

  it("should run completions at most parallelism at a time and then be Complete", async () => {
    await world.create(jobs, workload("Job", "work", { spec: { completions: 3, parallelism: 2 }, pod: { restartPolicy: "Never" } })); // prettier-ignore
    await world.after(1_000);
    expect((await world.get(jobs, "default/work")).status).toMatchObject({ active: 2, ready: 2 });
    await world.after(8_000);
    expect((await world.get(jobs, "default/work")).status).toMatchObject({ active: 0, succeeded: 3 });
    expect(await condition()).toMatchObject({ type: "Complete", status: "True" });
    expect((await world.list(pods)).map(({ status }) => status.phase)).toEqual(["Succeeded", "Succeeded", "Succeeded"]);
  });

  it("should be Failed after more failures than backoffLimit", async () => {
    await world.create(jobs, workload("Job", "work", { args: ["--crash"], spec: { backoffLimit: 1 }, pod: { restartPolicy: "Never" } })); // prettier-ignore
    await world.after(5_000);
    expect(await condition()).toMatchObject({ type: "Failed", reason: "BackoffLimitExceeded" });
    expect((await world.list(pods)).map(({ status }) => status.phase)).toEqual(["Failed", "Failed"]);
  });

  it("should run nothing while suspended", async () => {
    await world.create(jobs, workload("Job", "work", { spec: { suspend: true }, pod: { restartPolicy: "Never" } }));
    await world.after(1_000);
    expect(await world.names(pods)).toEqual([]);
  });
});

describe("the ResourceQuota controller", () => {
  it("should count pods and what they request, finished ones aside", async () => {
    const hard = { pods: "10", "requests.cpu": "4", memory: "8Gi", services: "3" };
    await world.create(resourceQuotas, { apiVersion: "v1", kind: "ResourceQuota", metadata: { name: "team", namespace: "default" }, spec: { hard } }); // prettier-ignore
    await world.settle();
    expect((await world.get(resourceQuotas, "default/team")).status).toEqual({ hard, used: { pods: "0", "requests.cpu": "0", memory: "0" } }); // prettier-ignore
    await world.create(replicasets, workload("ReplicaSet", "rs", { cpu: "250m", spec: { replicas: 3 } }));
    await world.create(jobs, workload("Job", "work", { cpu: "1", pod: { restartPolicy: "Never" } }));
    await world.after(5_000);
    expect((await world.get(resourceQuotas, "default/team")).status.used).toEqual({ pods: "3", "requests.cpu": "750m", memory: "0" }); // prettier-ignore
  });
});
