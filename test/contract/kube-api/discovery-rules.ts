import { expect, it } from "vitest";
import type { Json, SuiteClient } from "./kube-api-under-test.ts";

const aggregated = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

export function discoveryRules(suite: { readonly client: SuiteClient }): void {
  it("MUST name its version", async () => {
    const { body } = await suite.client.get("/version");
    expect(body.gitVersion).toMatch(/^v1\.\d+/);
  });

  it.each(["/healthz", "/livez", "/readyz"])("MUST answer %s with ok", async (path) => {
    expect(await suite.client.get(path)).toMatchObject({ status: 200, body: "ok" });
  });

  it("MUST list the resources of a group version with their subresources", async () => {
    const { body } = await suite.client.get("/apis/apps/v1");
    const find = (name: string): Json => body.resources.find((one: Json) => one.name === name);
    expect(body).toMatchObject({ kind: "APIResourceList", groupVersion: "apps/v1" });
    expect(find("deployments")).toMatchObject({ kind: "Deployment", namespaced: true, singularName: "deployment", shortNames: ["deploy"], categories: ["all"] }); // prettier-ignore
    expect(find("deployments/scale")).toMatchObject({ kind: "Scale", group: "autoscaling", version: "v1" });
    expect(find("deployments").verbs).toContain("deletecollection");
  });

  it("MUST list groups with their preferred version", async () => {
    const { body } = await suite.client.get("/apis");
    const apps = body.groups.find((group: Json) => group.name === "apps");
    expect(apps.preferredVersion).toEqual({ groupVersion: "apps/v1", version: "v1" });
  });

  it.each(["/api", "/apis"])("MUST answer %s with aggregated discovery where it is asked for", async (path) => {
    const { body, headers } = await suite.client.get(path, aggregated);
    expect(headers.get("content-type")).toContain("as=APIGroupDiscoveryList");
    expect(body).toMatchObject({ kind: "APIGroupDiscoveryList", apiVersion: "apidiscovery.k8s.io/v2" });
    const resources = body.items.flatMap((group: Json) => group.versions.flatMap((version: Json) => version.resources));
    const wanted = path === "/api" ? "pods" : "deployments";
    const found = resources.find((one: Json) => one.resource === wanted);
    expect(found).toMatchObject({ scope: "Namespaced", singularResource: wanted.slice(0, -1) });
    expect(found.subresources.map((one: Json) => one.subresource)).toContain("status");
  });

  it("MUST serve OpenAPI v3 with merge keys", async () => {
    const index = (): Promise<Json> => suite.client.get("/openapi/v3").then(({ body }) => body.paths?.["api/v1"]);
    // A real server takes a moment after its start.
    await expect.poll(index, { timeout: 10_000 }).toBeDefined();
    const path = (await index()).serverRelativeURL;
    const document = (await suite.client.get(path)).body;
    const { containers } = document.components.schemas["io.k8s.api.core.v1.PodSpec"].properties;
    expect(containers).toMatchObject({
      "x-kubernetes-patch-merge-key": "name",
      "x-kubernetes-list-map-keys": ["name"],
    });
  });

  it("MUST answer 404 for what it does not serve", async () => {
    expect((await suite.client.get("/api/v1/unknowns")).status).toBe(404);
    expect((await suite.client.get("/apis/unknown.example/v1/things")).status).toBe(404);
    expect((await suite.client.get("/unknown")).status).toBe(404);
  });

  it("MUST answer access reviews", async () => {
    const review = { apiVersion: "authorization.k8s.io/v1", kind: "SelfSubjectAccessReview", spec: { resourceAttributes: { verb: "get", resource: "pods" } } }; // prettier-ignore
    const answer = await suite.client.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review);
    expect(answer).toMatchObject({ status: 201, body: { status: { allowed: true } } });
  });
}
