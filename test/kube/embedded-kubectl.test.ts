import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toDeployment } from "../contract/kube-api/kube-api-under-test.ts";
import type { Json } from "../contract/kube-api/kube-api-under-test.ts";
import { call, createTestApi } from "../embedded/support/create-test-api.ts";
import { serveOverHttp } from "../embedded/support/serve-over-http.ts";
import type { HttpDoor } from "../embedded/support/serve-over-http.ts";

const assets = process.env["KUBEBUILDER_ASSETS"];
const run = promisify(execFile);

if (assets === undefined) {
  it.skip("kubectl over the embedded API: KUBEBUILDER_ASSETS is not set (export it from ../shared/kube/build)", () => {});
} else {
  describe("kubectl over the embedded API", () => kubectlTests(assets));
}

function kubectlTests(binaries: string): void {
  const api = createTestApi();
  let directory: string;
  let door: HttpDoor;

  const kubectl = async (...args: string[]): Promise<string> => {
    const env = { HOME: directory, KUBECONFIG: join(directory, "kubeconfig"), PATH: process.env["PATH"] };
    const { stdout, stderr } = await run(join(binaries, "kubectl"), args, { env }).catch((error: unknown) => error as { stdout: string; stderr: string }); // prettier-ignore
    return `${stdout}${stderr}`;
  };
  const file = (name: string, body: unknown): string => {
    const path = join(directory, name);
    writeFileSync(path, JSON.stringify(body));
    return path;
  };

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "e1-kubectl-"));
    door = await serveOverHttp(api.handler);
    const config = {
      apiVersion: "v1",
      kind: "Config",
      clusters: [{ name: "e", cluster: { server: door.url } }],
      users: [{ name: "e", user: {} }],
      contexts: [{ name: "e", context: { cluster: "e", user: "e" } }],
      "current-context": "e",
    };
    file("kubeconfig", config);
  });
  afterAll(async () => {
    await door.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it("should apply, get, describe, scale, label and delete a deployment", async () => {
    const path = file("web.json", toDeployment("web"));
    expect(await kubectl("apply", "-f", path)).toBe("deployment.apps/web created\n");
    expect(await kubectl("apply", "-f", path)).toBe("deployment.apps/web unchanged\n");
    const changed = toDeployment("web", { minReadySeconds: 3 });
    expect(await kubectl("apply", "-f", file("web2.json", changed))).toBe("deployment.apps/web configured\n");
    expect(await kubectl("get", "deploy", "web", "-o", "wide")).toMatch(
      /web +0\/0 +0 +0 +\S+ +main +registry.example\/app:1 +app=web/,
    );
    expect(await kubectl("get", "deploy", "web", "-o", "yaml")).toContain("minReadySeconds: 3");
    expect(await kubectl("describe", "deploy", "web")).toContain("StrategyType:           RollingUpdate");
    expect(await kubectl("scale", "deploy", "web", "--replicas=2")).toBe("deployment.apps/web scaled\n");
    expect(await kubectl("label", "deploy", "web", "tier=front")).toBe("deployment.apps/web labeled\n");
    expect(await kubectl("delete", "deploy", "web")).toContain('deployment.apps "web" deleted');
  });

  it("should apply on the server's side and name the conflict", async () => {
    const path = file("ssa.json", toDeployment("ssa"));
    expect(await kubectl("apply", "--server-side", "-f", path)).toBe("deployment.apps/ssa serverside-applied\n");
    const other = file("ssa2.json", toDeployment("ssa", { replicas: 1 }));
    expect(await kubectl("apply", "--server-side", "--field-manager=other", "-f", other)).toContain('conflict with "kubectl": .spec.replicas'); // prettier-ignore
    const forced = await kubectl("apply", "--server-side", "--field-manager=other", "--force-conflicts", "-f", other);
    expect(forced).toBe("deployment.apps/ssa serverside-applied\n");
  });

  it.each([
    ["strategic", '{"data":{"a":"1"}}'],
    ["merge", '{"data":{"b":"2"}}'],
    ["json", '[{"op":"add","path":"/data/c","value":"3"}]'],
  ])("should patch by %s", async (type, patch) => {
    await call(api, "POST", "/api/v1/namespaces/default/configmaps", {
      metadata: { name: `patch-${type}` },
      data: { x: "y" },
    });
    expect(await kubectl("patch", "cm", `patch-${type}`, `--type=${type}`, "-p", patch)).toContain("patched");
  });

  it("should follow changes with -w and wait for a condition", async () => {
    const path = "/api/v1/namespaces/default/configmaps";
    const following = kubectl("get", "cm", "-w", "--request-timeout=3s", "--field-selector=metadata.name=followed");
    const waiting = kubectl("wait", "--for=jsonpath={.data.done}=yes", "--timeout=10s", "cm/followed");
    await call(api, "POST", path, { metadata: { name: "followed" }, data: { done: "no" } });
    const late = kubectl("wait", "--for=jsonpath={.data.done}=yes", "--timeout=10s", "cm/followed");
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await call(
      api,
      "PATCH",
      `${path}/followed`,
      { data: { done: "yes" } },
      { "content-type": "application/merge-patch+json" },
    );
    expect(await late).toContain("condition met");
    expect(await following).toMatch(/followed +1 +\S+\nfollowed +1/);
    await waiting;
  });

  it("should report the state of a rollout", async () => {
    await call(api, "POST", "/apis/apps/v1/namespaces/default/deployments", toDeployment("rolled"));
    expect(await kubectl("rollout", "status", "deploy/rolled", "--timeout=1s")).toContain(
      "Waiting for deployment spec update",
    );
    const status = { status: { observedGeneration: 1 } };
    await call(api, "PATCH", "/apis/apps/v1/namespaces/default/deployments/rolled/status", status, { "content-type": "application/merge-patch+json" }); // prettier-ignore
    expect(await kubectl("rollout", "status", "deploy/rolled")).toContain("successfully rolled out");
    expect(await kubectl("rollout", "restart", "deploy/rolled")).toContain("restarted");
  });

  it("should tell what there is, explain it, and answer for rights", async () => {
    expect(await kubectl("api-resources")).toMatch(/deployments +deploy +apps\/v1 +true +Deployment/);
    expect(await kubectl("explain", "deployment.spec.strategy")).toContain("rollingUpdate");
    expect(await kubectl("auth", "can-i", "delete", "pods")).toBe("yes\n");
    expect(await kubectl("version")).toContain("Server Version: v1.");
  });

  it("should serve custom resources as soon as their definition is applied", async () => {
    const schema = {
      type: "object",
      properties: { spec: { type: "object", properties: { size: { type: "integer" } } } },
    };
    const version = {
      name: "v1",
      served: true,
      storage: true,
      schema: { openAPIV3Schema: schema },
      additionalPrinterColumns: [{ name: "Size", type: "integer", jsonPath: ".spec.size" }],
    };
    const definition = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: "boxes.example.com" },
      spec: { group: "example.com", scope: "Namespaced", names: { plural: "boxes", kind: "Box" }, versions: [version] },
    };
    await kubectl("apply", "-f", file("crd.json", definition));
    expect(await kubectl("wait", "--for=condition=Established", "crd/boxes.example.com")).toContain("condition met");
    const box = { apiVersion: "example.com/v1", kind: "Box", metadata: { name: "b" }, spec: { size: 3 } };
    expect(await kubectl("apply", "-f", file("box.json", box))).toBe("box.example.com/b created\n");
    expect(await kubectl("get", "boxes")).toMatch(/NAME +SIZE\nb +3/);
    expect(await kubectl("delete", "crd", "boxes.example.com")).toContain("deleted");
    expect(await kubectl("get", "boxes")).toContain("the server could not find the requested resource");
  });

  it("should create without a file what kubectl sends in protobuf", async () => {
    const created = async (...args: readonly string[]): Promise<Json> => {
      expect(await kubectl("create", ...args)).toContain(" created");
      const [kind = "", name = ""] = args;
      const found = kind === "secret" ? ["secret", args[2] ?? ""] : [kind, name];
      const { metadata, ...rest } = JSON.parse(await kubectl("get", ...found, "-n", "default", "-o", "json"));
      return { name: metadata.name, ...rest };
    };
    expect(await created("namespace", "made")).toMatchObject({ name: "made", status: { phase: "Active" } });
    expect((await created("configmap", "c", "--from-literal=a=ä", "--from-literal=__proto__=x")).data).toEqual(JSON.parse('{"a":"ä","__proto__":"x"}')); // prettier-ignore
    expect((await created("secret", "generic", "s", "--from-literal=p=ünguessed")).data).toEqual({ p: Buffer.from("ünguessed").toString("base64") }); // prettier-ignore
    expect(await created("serviceaccount", "robot")).toMatchObject({ name: "robot", kind: "ServiceAccount" });
    const role = await created("role", "reader", "--verb=get,list", "--resource=pods,deployments.apps", "--resource-name=a"); // prettier-ignore
    expect(role.rules).toEqual([
      { verbs: ["get", "list"], apiGroups: [""], resources: ["pods"], resourceNames: ["a"] },
      { verbs: ["get", "list"], apiGroups: ["apps"], resources: ["deployments"], resourceNames: ["a"] },
    ]);
    const paths = await created("clusterrole", "paths", "--verb=get", "--non-resource-url=/metrics");
    expect(paths.rules).toEqual([{ verbs: ["get"], nonResourceURLs: ["/metrics"] }]);
    const whole = await created("clusterrole", "whole", "--aggregation-rule=a=b");
    expect(whole.aggregationRule).toEqual({ clusterRoleSelectors: [{ matchLabels: { a: "b" } }] });
    const binding = await created("rolebinding", "b", "--role=reader", "--user=ann", "--group=team", "--serviceaccount=default:robot"); // prettier-ignore
    const apiGroup = "rbac.authorization.k8s.io";
    expect(binding.roleRef).toEqual({ apiGroup, kind: "Role", name: "reader" });
    expect(binding.subjects).toEqual([
      { apiGroup, kind: "User", name: "ann" },
      { apiGroup, kind: "Group", name: "team" },
      { kind: "ServiceAccount", name: "robot", namespace: "default" },
    ]);
    expect(await created("clusterrolebinding", "cb", "--clusterrole=paths", "--user=ann")).toMatchObject({
      name: "cb",
    });
  });

  it("should refuse what it does not do by its name", async () => {
    await call(api, "POST", "/api/v1/namespaces/default/pods", {
      metadata: { name: "p" },
      spec: { containers: [{ name: "c", image: "i" }] },
    });
    expect(await kubectl("exec", "p", "--", "ls")).toContain("pods/exec is not supported by the embedded cluster");
    expect(await kubectl("create", "deployment", "d", "--image=i")).toContain("unknown format");
  });
}
