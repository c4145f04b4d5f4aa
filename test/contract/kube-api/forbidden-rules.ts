import { afterAll, beforeAll, expect, it } from "vitest";
import type { Answer, SuiteClient } from "./kube-api-under-test.ts";
import { coreRule, SuiteRbac } from "./suite-rbac.ts";

/** What requests need which right, and what a refusal says: the same whether there is anything or not. */
export function forbiddenRules(suite: { readonly client: SuiteClient }): void {
  let rbac: SuiteRbac;
  const at = (...rest: [string, string, ...string[]]): string => suite.client.at(...rest);
  const refusal = ({ status, body }: Answer): unknown => [status, body.reason, body.message, body.details];

  beforeAll(async () => {
    rbac = new SuiteRbac(suite.client);
    const role = await rbac.role(
      "asked",
      coreRule(["list"], "pods"),
      coreRule(["get"], "pods/log"),
      coreRule(["watch"], "services"),
      coreRule(["deletecollection"], "configmaps"),
      { ...coreRule(["get", "list", "watch", "delete"], "secrets"), resourceNames: ["one"] },
      { verbs: ["get", "patch"], apiGroups: ["apps"], resources: ["deployments/scale", "deployments/status"] },
    );
    await rbac.bind("may", role);
    const paths = await rbac.clusterRole("paths", [{ verbs: ["get"], nonResourceURLs: ["/nothing/*"] }]);
    await rbac.bindEverywhere("may", paths);
    await rbac.until("may", { verb: "list", resource: "pods", namespace: suite.client.namespace });
    await rbac.until("may", { verb: "get", path: "/nothing/at/all" });
  });
  afterAll(() => rbac.cleanUp());

  it("MUST say who cannot do what where", async () => {
    const user = rbac.user("may");
    const ask = rbac.as("may");
    const { namespace } = suite.client;
    expect(refusal(await ask("GET", at("v1", "pods", "none")))).toEqual([403, "Forbidden", `pods "none" is forbidden: User "${user}" cannot get resource "pods" in API group "" in the namespace "${namespace}"`, { name: "none", kind: "pods" }]); // prettier-ignore
    expect(refusal(await ask("GET", "/api/v1/pods"))).toEqual([403, "Forbidden", `pods is forbidden: User "${user}" cannot list resource "pods" in API group "" at the cluster scope`, { kind: "pods" }]); // prettier-ignore
    expect(refusal(await ask("GET", at("apps/v1", "deployments", "d")))).toEqual([403, "Forbidden", `deployments.apps "d" is forbidden: User "${user}" cannot get resource "deployments" in API group "apps" in the namespace "${namespace}"`, { name: "d", group: "apps", kind: "deployments" }]); // prettier-ignore
    expect(refusal(await ask("GET", at("v1", "pods", "none", "status")))).toEqual([403, "Forbidden", `pods "none" is forbidden: User "${user}" cannot get resource "pods/status" in API group "" in the namespace "${namespace}"`, { name: "none", kind: "pods" }]); // prettier-ignore
    expect(refusal(await ask("GET", `/api/v1/namespaces/${namespace}`))).toEqual([403, "Forbidden", `namespaces "${namespace}" is forbidden: User "${user}" cannot get resource "namespaces" in API group "" in the namespace "${namespace}"`, { name: namespace, kind: "namespaces" }]); // prettier-ignore
    expect(refusal(await ask("GET", "/metrics"))).toEqual([403, "Forbidden", `forbidden: User "${user}" cannot get path "/metrics"`, {}]); // prettier-ignore
  });

  it("MUST say the same of what exists and of what does not, even of kinds that are not served", async () => {
    await suite.client.configMap("hidden");
    const messageOf = async (path: string): Promise<string> => (await rbac.as("may")("GET", path)).body.message;
    const [there, missing] = [await messageOf(suite.client.configMaps("hidden")), await messageOf(suite.client.configMaps("absent"))]; // prettier-ignore
    expect(there.replace("hidden", "absent")).toBe(missing);
    expect((await rbac.as("may")("GET", "/apis/no.such.group/v1/things")).status).toBe(403);
    expect((await rbac.as("may")("GET", "/api/v1/namespaces/no-such-namespace/pods")).status).toBe(403);
  });

  it.each([
    ["GET", "v1", "pods", "", "list"],
    ["GET", "v1", "services", "?watch=1", "watch"],
    ["POST", "v1", "pods", "", "create"],
    ["PUT", "v1", "pods", "/a", "update"],
    ["PATCH", "v1", "pods", "/a", "patch"],
    ["DELETE", "v1", "pods", "/a", "delete"],
    ["DELETE", "v1", "pods", "", "deletecollection"],
    ["PUT", "apps/v1", "deployments", "/a/scale", "update"],
  ])("MUST ask for the right verb: %s %s %s%s is %s", async (method, version, plural, rest, verb) => {
    const { status, body } = await rbac.as("other")(method, `${at(version, plural)}${rest}`, method === "GET" ? undefined : {}); // prettier-ignore
    expect(status).toBe(403);
    expect(body.message).toContain(`cannot ${verb} resource "${plural}${rest.includes("scale") ? "/scale" : ""}"`);
  });

  it("MUST ask for the right to create where an apply would", async () => {
    const role = await rbac.role("applier", coreRule(["patch"], "configmaps"));
    await rbac.bind("applier", role);
    await rbac.until("applier", { verb: "patch", resource: "configmaps", namespace: suite.client.namespace });
    await suite.client.configMap("applied-there");
    const apply = (name: string): Promise<Answer> =>
      rbac.as("applier")("PATCH", `${suite.client.configMaps(name)}?fieldManager=suite`, { apiVersion: "v1", kind: "ConfigMap", metadata: { name } }, { "content-type": "application/apply-patch+yaml" }); // prettier-ignore
    expect((await apply("applied-there")).status).toBe(200);
    const { status, body } = await apply("applied-new");
    expect(status).toBe(403);
    expect(body.message).toContain('cannot create resource "configmaps"');
  });

  it("MUST let through what a rule gives, and no more", async () => {
    const ask = rbac.as("may");
    const codes = async (...asked: [string, string][]): Promise<number[]> =>
      Promise.all(asked.map(async ([method, path]) => (await ask(method, path)).status));
    const [pods, maps] = [at("v1", "pods"), suite.client.configMaps()];
    expect(await codes(["GET", pods], ["GET", `${pods}?watch=1`], ["GET", `${pods}/none/log`], ["GET", `${pods}/none`])).toEqual([200, 403, 404, 403]); // prettier-ignore
    const deployment = at("apps/v1", "deployments", "none");
    expect(await codes(["GET", `${deployment}/scale`], ["GET", `${deployment}/status`], ["GET", deployment])).toEqual([404, 404, 403]); // prettier-ignore
    expect(await codes(["DELETE", `${maps}?labelSelector=no%3Dsuch`], ["DELETE", `${maps}/none`], ["GET", maps])).toEqual([200, 403, 403]); // prettier-ignore
    expect(await codes(["GET", "/nothing/at/all"], ["GET", "/nothing"], ["GET", "/version"], ["GET", "/apis"])).toEqual([404, 403, 200, 200]); // prettier-ignore
  });

  it("MUST take a selector of one name for that name", async () => {
    const secrets = at("v1", "secrets");
    const listed = async (selector: string): Promise<number> =>
      (await rbac.as("may")("GET", `${secrets}?fieldSelector=${encodeURIComponent(selector)}`)).status;
    expect(await listed("metadata.name=one")).toBe(200);
    expect(await listed("metadata.name=one,type=Opaque")).toBe(200);
    expect(await listed("metadata.name=two")).toBe(403);
    expect(await listed("metadata.name!=two")).toBe(403);
    expect((await rbac.as("may")("GET", secrets)).status).toBe(403);
    expect((await rbac.as("may")("GET", `${secrets}/one`)).status).toBe(404);
  });

  it("MUST open a watch for who may, and refuse it at once to who may not", async () => {
    const path = `${at("v1", "services")}?watch=1&timeoutSeconds=1`;
    expect((await rbac.as("may")("GET", path)).status).toBe(200);
    expect((await rbac.as("other")("GET", path)).status).toBe(403);
  });
}
