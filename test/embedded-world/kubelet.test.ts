import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { knownResources } from "../../src/kube/known-resources.ts";
import { crashBackoffAt } from "../../src/embedded/world/controllers/crash-backoff.ts";
import { createWorld, workload } from "./support/create-world.ts";
import type { World } from "./support/create-world.ts";

const { deployments, pods, nodes, events } = knownResources;
let world: World;
beforeEach(async () => {
  world = await createWorld(["n1"]);
});
afterEach(async () => {
  expect(world.complaints).toEqual([]);
  await world.close();
});

const start = async (options: Parameters<typeof workload>[2] = {}): Promise<string> => {
  await world.create(deployments, workload("Deployment", "web", options));
  await world.after(1_000);
  return (await world.names(pods))[0] ?? "";
};
const log = async (pod: string, query: object = {}): Promise<string> => {
  const bytes = await world.client.log({ namespace: "default", name: pod }, { container: "main", ...query }, world.options); // prettier-ignore
  return Buffer.from(bytes).toString("utf8");
};
const lines = async (pod: string, query?: object): Promise<string[]> =>
  (await log(pod, query)).split("\n").slice(0, -1);

describe("the kubelets", () => {
  it("should start a bound pod after a while, with addresses and Events", async () => {
    await world.create(deployments, workload("Deployment", "web"));
    await world.settle();
    expect((await world.list(pods))[0].status.phase).toBe("Pending");
    await world.after(500);
    const [pod] = await world.list(pods);
    expect(pod.status).toMatchObject({ phase: "Running", containerStatuses: [{ ready: true, restartCount: 0 }] });
    expect(pod.status.podIP).toMatch(/^10\.\d+\.\d+\.\d+$/);
    const said = (await world.list(events)).filter(({ involvedObject }) => involvedObject.name === pod.metadata.name);
    expect(said.map(({ reason }) => reason)).toEqual(["Scheduled", "Pulled", "Created", "Started"]);
  });

  it("should give a node without a status what a kubelet reports", async () => {
    await world.create(nodes, { apiVersion: "v1", kind: "Node", metadata: { name: "bare" } });
    await world.settle();
    expect((await world.get(nodes, "bare")).status).toMatchObject({ capacity: { pods: "110" }, conditions: [{ type: "Ready", status: "True" }] }); // prettier-ignore
  });

  it("should restart a crashing container after growing waits, counting one Event up", async () => {
    const pod = await start({ args: ["--crash"] });
    await world.after(75_000);
    const { status } = await world.get(pods, `default/${pod}`);
    expect(status.containerStatuses[0]).toMatchObject({ restartCount: 3, state: { waiting: { reason: "CrashLoopBackOff" } }, lastState: { terminated: { exitCode: 1 } } }); // prettier-ignore
    const backOff = (await world.list(events)).filter(({ reason }) => reason === "BackOff");
    expect(backOff).toMatchObject([{ type: "Warning", count: 4 }]);
  });

  it("should hold a pod whose image is missing in Pending", async () => {
    const pod = await start({ image: "app:missing" });
    const { status } = await world.get(pods, `default/${pod}`);
    expect(status).toMatchObject({ phase: "Pending", containerStatuses: [{ state: { waiting: { reason: "ImagePullBackOff" } } }] }); // prettier-ignore
    await expect(log(pod)).rejects.toThrow("waiting to start: trying and failing to pull image");
  });

  it("should keep logs that grow and are the same each time", async () => {
    const pod = await start();
    await world.after(60_000);
    const first = await lines(pod, { timestamps: true });
    expect(first.length).toBeGreaterThan(10);
    expect(first.map((line) => line.slice(0, 24))).toEqual(first.map((line) => line.slice(0, 24)).sort());
    await world.after(30_000);
    const later = await lines(pod, { timestamps: true });
    expect(later.slice(0, first.length)).toEqual(first);
    expect(later.length).toBeGreaterThan(first.length);
    expect(await lines(pod, { tailLines: 3, timestamps: true })).toEqual(later.slice(-3));
    expect((await log(pod, { limitBytes: 40 })).length).toBe(40);
    expect((await lines(pod, { sinceSeconds: 20 })).length).toBeLessThan(6);
  });

  it("should rotate a log instead of growing without end", async () => {
    const pod = await start();
    world.clock.jump(30 * 86_400_000);
    expect((await lines(pod)).length).toBeLessThanOrEqual(1_000);
  });

  it("should have a previous log only of a container that was restarted", async () => {
    const pod = await start({ args: ["--crash"] });
    await expect(log(pod, { previous: true })).rejects.toThrow("previous terminated container");
    await world.after(11_000);
    expect(await log(pod, { previous: true })).toContain("level=fatal");
  });
});

describe("the waits of a crash loop", () => {
  it.each([
    [0, 0, 10],
    [9_999, 0, 10],
    [10_000, 1, 20],
    [30_000, 2, 40],
    [150_000, 4, 160],
    [310_000, 5, 300],
    [610_000, 6, 300],
  ])("should be at %d ms: %d restarts, waiting %d s", (elapsedMs, restarts, backoffSeconds) => {
    expect(crashBackoffAt(elapsedMs)).toMatchObject({ restarts, backoffSeconds });
  });
});
