import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startEmbeddedCluster } from "../../src/embedded/world/embedded-cluster.ts";
import type { EmbeddedCluster } from "../../src/embedded/world/embedded-cluster.ts";
import { toKubeconfig } from "../../src/embedded/world/embedded-kubeconfig.ts";
import { planFor } from "../../src/embedded/world/seed/seed-plan.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/logger.ts";

const assets = process.env["KUBEBUILDER_ASSETS"];
const boutique = resolve(process.env["FLEETGRAPH_SHARED"] ?? "../shared", "data/apps/online-boutique.yaml");
const run = promisify(execFile);

if (assets === undefined) {
  it.skip("kubectl over an embedded cluster: KUBEBUILDER_ASSETS is not set (export it from ../shared/kube/build)", () => {});
} else {
  describe("kubectl over an embedded cluster with its controllers", () => kubectlTests(join(assets, "kubectl")));
}

function kubectlTests(binary: string): void {
  let directory: string;
  let cluster: EmbeddedCluster;
  const env = (): NodeJS.ProcessEnv => ({ HOME: directory, KUBECONFIG: join(directory, "kubeconfig"), PATH: process.env["PATH"] }); // prettier-ignore
  const kubectl = async (...args: string[]): Promise<string> => {
    const result = run(binary, args, { env: env(), timeout: 60_000 });
    const { stdout, stderr } = await result.catch((error: unknown) => error as { stdout: string; stderr: string });
    return `${stdout}${stderr}`;
  };

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), "e2-kubectl-"));
    cluster = await startEmbeddedCluster({ name: "home", plan: planFor("home"), clock: systemClock, random: Math.random, logger: silentLogger }); // prettier-ignore
    await writeFile(join(directory, "kubeconfig"), toKubeconfig([cluster]));
    await kubectl("wait", "-n", "shop", "--for=condition=Available", "deploy", "--all", "--timeout=30s");
  });
  afterAll(async () => {
    await cluster.close();
    await rm(directory, { recursive: true, force: true });
  });

  it("should show what the seed made", async () => {
    expect(await kubectl("get", "nodes", "-o", "wide")).toMatch(/home-cp-1 +Ready +control-plane .*192\.0\.2\.10/);
    expect(await kubectl("get", "deploy,sts,ds", "-A")).toMatch(/shop +deployment.apps\/web +4\/4 +4 +4/);
    expect(await kubectl("wait", "-n", "shop", "--for=condition=complete", "job", "--all", "--timeout=20s")).toContain("condition met"); // prettier-ignore
    expect(await kubectl("get", "quota", "-n", "shop")).toContain("team");
  });

  it("should describe a node and a pod with their Events", async () => {
    const node = await kubectl("describe", "node", "home-1");
    expect(node).toMatch(/Non-terminated Pods: +\(\d+ in total\)/);
    const pod = await kubectl("describe", "pod", "-n", "shop", "-l", "app=web");
    for (const reason of ["Scheduled", "Pulled", "Created", "Started"]) expect(pod).toContain(reason);
    expect(await kubectl("get", "events", "-n", "shop")).toContain("ScalingReplicaSet");
  });

  it("should show logs", async () => {
    const all = await kubectl("logs", "-n", "shop", "deploy/web", "--timestamps");
    expect(all).toMatch(/\d{4}-\d\d-\d\dT[\d:.]+Z level=info msg="starting" app=web/);
    expect((await kubectl("logs", "-n", "shop", "cart-db-0", "--tail=1")).trim().split("\n")).toHaveLength(1);
    expect(await kubectl("logs", "-n", "shop", "cart-db-0", "--previous")).toContain("previous terminated container");
  });

  it("should roll out the online boutique, and find nothing to do the second time", async () => {
    expect(await kubectl("apply", "-f", boutique)).toContain("deployment.apps/frontend created");
    const waited = await kubectl("wait", "--for=condition=Available", "deploy", "--all", "--timeout=40s");
    expect(waited.match(/condition met/g)).toHaveLength(12);
    const again = (await kubectl("apply", "-f", boutique)).trim().split("\n");
    expect(again.filter((line) => !line.endsWith(" unchanged"))).toEqual([]);
    expect(await kubectl("diff", "-f", boutique)).toBe("");
  });

  it("should scale, restart and undo a rollout", async () => {
    expect(await kubectl("scale", "deploy/frontend", "--replicas=3")).toContain("scaled");
    expect(await kubectl("rollout", "status", "deploy/frontend", "--timeout=20s")).toContain("successfully rolled out");
    await kubectl("set", "image", "deploy/frontend", "server=example.test/frontend:next");
    expect(await kubectl("rollout", "status", "deploy/frontend", "--timeout=20s")).toContain("successfully rolled out");
    expect(await kubectl("rollout", "undo", "deploy/frontend")).toContain("rolled back");
    expect(await kubectl("rollout", "status", "deploy/frontend", "--timeout=20s")).toContain("successfully rolled out");
    expect(await kubectl("get", "deploy", "frontend", "-o", "yaml")).not.toContain("image: example.test");
    expect(await kubectl("rollout", "restart", "sts/cart-db", "-n", "shop")).toContain("restarted");
    expect(await kubectl("rollout", "status", "sts/cart-db", "-n", "shop", "--timeout=20s")).toContain("complete");
    await kubectl("rollout", "restart", "ds/node-exporter", "-n", "observability");
    expect(await kubectl("rollout", "status", "ds/node-exporter", "-n", "observability", "--timeout=30s")).toContain("successfully rolled out"); // prettier-ignore
  });

  it("should give up on a rollout that gets nowhere", async () => {
    await kubectl("patch", "deploy", "adservice", "-p", '{"spec":{"progressDeadlineSeconds":2}}');
    await kubectl("set", "image", "deploy/adservice", "server=example.test/ad:missing");
    expect(await kubectl("rollout", "status", "deploy/adservice", "--timeout=20s")).toContain("exceeded its progress deadline"); // prettier-ignore
    expect(await kubectl("get", "pods", "-l", "app=adservice")).toContain("ImagePullBackOff");
    await kubectl("rollout", "undo", "deploy/adservice");
  });

  it("should show a pod come and go with -w", async () => {
    const watch = spawn(binary, ["get", "pods", "-w", "-l", "run=brief"], { env: env() });
    let seen = "";
    watch.stdout.on("data", (part: Buffer) => (seen += part.toString("utf8")));
    await kubectl("run", "brief", "--image=example.test/brief:1");
    expect(await kubectl("wait", "--for=condition=Ready", "pod/brief", "--timeout=10s")).toContain("condition met");
    expect(await kubectl("delete", "pod", "brief", "--timeout=10s")).toContain("deleted");
    watch.kill();
    await once(watch, "close");
    for (const status of ["Pending", "Running", "Terminating"]) expect(seen).toContain(status);
  });

  it("should cordon, drain and uncordon a node", async () => {
    expect(await kubectl("drain", "home-2", "--ignore-daemonsets", "--timeout=20s")).toContain("node/home-2 drained");
    expect(await kubectl("get", "node", "home-2")).toContain("Ready,SchedulingDisabled");
    const left = await kubectl("get", "pods", "-A", "--field-selector=spec.nodeName=home-2", "-o", "name");
    expect(left.trim().split("\n").filter((name) => !name.includes("node-exporter"))).toEqual([]); // prettier-ignore
    expect(await kubectl("uncordon", "home-2")).toContain("uncordoned");
  });

  it("should delete a namespace with what is in it", async () => {
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "brief" } };
    const path = join(directory, "namespace.json");
    await writeFile(path, JSON.stringify(namespace));
    await kubectl("apply", "-f", path);
    await kubectl("run", "-n", "brief", "p", "--image=example.test/brief:1");
    expect(await kubectl("delete", "-f", path, "--timeout=20s")).toContain("deleted");
    expect(await kubectl("get", "ns", "brief")).toContain("NotFound");
  });
}
