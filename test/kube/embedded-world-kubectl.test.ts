import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
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

  it("should tell who somebody is and what they may, by their context in the kubeconfig", async () => {
    const as = (person: string, ...args: readonly string[]): Promise<string> => kubectl("--context", `${person}@home`, ...args); // prettier-ignore
    expect(await as("ann", "auth", "whoami")).toMatch(/^ATTRIBUTE +VALUE\nUsername +ann\nGroups +\[shop-team system:authenticated\]\n$/); // prettier-ignore
    expect(await as("ann", "auth", "can-i", "--list", "-n", "shop")).toMatch(/\npods +\[\] +\[\] +\[create delete deletecollection patch update get list watch\]\n/); // prettier-ignore
    expect(await as("ann", "auth", "can-i", "--list", "-n", "observability")).not.toMatch(/\npods /);
    const asked = [["ann", "get", "secrets"], ["max", "get", "pods"], ["max", "get", "secrets"], ["max", "list", "nodes"], ["max", "get", "pods/log"], ["kenji", "get", "pods"], ["olga", "escalate", "clusterroles"]] as const; // prettier-ignore
    const answers = asked.map(async ([person, ...right]) => (await as(person, "auth", "can-i", ...right, "-n", "shop")).match(/^(yes|no)$/m)?.[0]); // prettier-ignore
    expect(await Promise.all(answers)).toEqual(["yes", "yes", "no", "yes", "yes", "no", "yes"]);
  });

  it("should act as somebody else for who may impersonate, and for nobody else", async () => {
    expect(await kubectl("get", "pods", "-n", "shop", "--as=ann", "--as-group=shop-team")).toContain("cart-db-0");
    expect(await kubectl("get", "pods", "-n", "media", "--as=ann", "--as-group=shop-team")).toContain('Error from server (Forbidden): pods is forbidden: User "ann" cannot list resource "pods" in API group "" in the namespace "media"'); // prettier-ignore
    expect(await kubectl("--context=ann@home", "get", "pods", "--as=olga")).toContain('users "olga" is forbidden: User "ann" cannot impersonate resource "users" in API group "" at the cluster scope'); // prettier-ignore
  });

  it("should make a token for a ServiceAccount, which dies with it", async () => {
    const token = (await kubectl("--context=ann@home", "create", "token", "deployer", "-n", "shop", "--duration=10m")).trim(); // prettier-ignore
    const config = parse(toKubeconfig([cluster])) as { users: object[]; contexts: object[] };
    config.users.push({ name: "robot", user: { token } });
    config.contexts.push({ name: "robot", context: { cluster: "home", user: "robot" } });
    const path = join(directory, "robot");
    await writeFile(path, stringify({ ...config, "current-context": "robot" }));
    const robot = (...args: readonly string[]): Promise<string> => kubectl("--kubeconfig", path, ...args);
    expect(await robot("auth", "whoami")).toMatch(/Username +system:serviceaccount:shop:deployer\n/);
    expect(await robot("get", "deploy", "web", "-n", "shop")).toContain("web");
    expect(await robot("get", "nodes")).toContain("nodes is forbidden");
    expect(await kubectl("--context=max@home", "create", "token", "deployer", "-n", "shop")).toContain('cannot create resource "serviceaccounts/token"'); // prettier-ignore
    await kubectl("delete", "serviceaccount", "deployer", "-n", "shop");
    expect(await robot("get", "deploy", "web", "-n", "shop")).toMatch(/Unauthorized|You must be logged in/);
  });
}
