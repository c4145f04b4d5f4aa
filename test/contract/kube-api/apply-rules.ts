import { expect, it } from "vitest";
import { toDeployment } from "./kube-api-under-test.ts";
import type { Answer, Json, SuiteClient } from "./kube-api-under-test.ts";

/** Managers of an object: "Apply alice" to its fieldsV1. */
function managers(answer: Answer): Record<string, Json> {
  const entries: Json[] = answer.body.metadata.managedFields ?? [];
  return Object.fromEntries(entries.map((entry) => [`${entry.operation} ${entry.manager}`, entry.fieldsV1]));
}

export function applyRules(suite: { readonly client: SuiteClient }): void {
  const configMap = (name: string, data: Record<string, string>, metadata = {}): Json => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, ...metadata },
    data,
  });
  const apply = (name: string, manager: string, data: Record<string, string>, force = false): Promise<Answer> =>
    suite.client.apply(suite.client.configMaps(name), manager, configMap(name, data), force);

  it("MUST create what is missing, and record exactly what was applied", async () => {
    const created = await apply("apply-new", "alice", { a: "1" });
    expect(created.status).toBe(201);
    expect(managers(created)).toEqual({ "Apply alice": { "f:data": { "f:a": {} } } });
    const again = await apply("apply-new", "alice", { a: "1" });
    expect(again.status).toBe(200);
    expect(again.body.metadata.resourceVersion).toBe(created.body.metadata.resourceVersion);
  });

  it("MUST take away what its manager does not apply any more, and nothing of others", async () => {
    await apply("apply-prune", "alice", { a: "1", b: "1" });
    await apply("apply-prune", "bob", { c: "1" });
    const answer = await apply("apply-prune", "alice", { a: "1" });
    expect(answer.body.data).toEqual({ a: "1", c: "1" });
    expect(managers(answer)["Apply bob"]).toEqual({ "f:data": { "f:c": {} } });
  });

  it("MUST take away the last labels a manager applied, and keep the object's name", async () => {
    const path = suite.client.configMaps("apply-labels");
    const labelled = configMap("apply-labels", {}, { labels: { tier: "gold" } });
    await suite.client.apply(path, "alice", labelled, false);
    const bare = configMap("apply-labels", {}, { labels: {} });
    const answer = await suite.client.apply(path, "alice", bare, false);
    expect(answer.status).toBe(200);
    expect(answer.body.metadata).toMatchObject({ name: "apply-labels" });
    expect(answer.body.metadata.labels ?? {}).toEqual({});
  });

  it("MUST keep what two managers share until both let go", async () => {
    await apply("apply-shared", "alice", { a: "1", b: "1" });
    await apply("apply-shared", "bob", { b: "1" });
    expect((await apply("apply-shared", "alice", { a: "1" })).body.data).toEqual({ a: "1", b: "1" });
    expect((await apply("apply-shared", "bob", {})).body.data).toEqual({ a: "1" });
  });

  it("MUST answer 409 naming manager and field on a conflict, and take over by force", async () => {
    await apply("apply-conflict", "alice", { a: "1", b: "1" });
    const { status, body } = await apply("apply-conflict", "bob", { a: "2" });
    expect(status).toBe(409);
    expect(body.reason).toBe("Conflict");
    expect(body.message).toBe('Apply failed with 1 conflict: conflict with "alice": .data.a');
    expect(body.details.causes).toEqual([
      { reason: "FieldManagerConflict", message: 'conflict with "alice"', field: ".data.a" },
    ]);
    const forced = await apply("apply-conflict", "bob", { a: "2" }, true);
    expect(forced.body.data).toEqual({ a: "2", b: "1" });
    expect(managers(forced)).toEqual({
      "Apply alice": { "f:data": { "f:b": {} } },
      "Apply bob": { "f:data": { "f:a": {} } },
    });
  });

  it("MUST count an update as a manager too, and name its version in the conflict", async () => {
    await suite.client.configMap("apply-update", { a: "1" });
    const { body } = await apply("apply-update", "bob", { a: "2" });
    expect(body.message).toBe('Apply failed with 1 conflict: conflict with "suite" using v1: .data.a');
    const updated = await suite.client.patch("merge", `${suite.client.configMaps("apply-update")}?fieldManager=carol`, { data: { a: "3" } }); // prettier-ignore
    expect(managers(updated)["Update carol"]).toEqual({ "f:data": { "f:a": {} } });
    expect(managers(updated)["Update suite"]).toEqual({ "f:data": {} });
  });

  it("MUST need a field manager", async () => {
    const path = suite.client.configMaps("apply-nobody");
    const answer = await suite.client.patch("apply", path, configMap("apply-nobody", {}));
    expect([400, 422]).toContain(answer.status);
  });

  it("MUST own list items by their keys and remove them when they are not applied", async () => {
    const path = suite.client.at("apps/v1", "deployments", "apply-list");
    const image = "registry.example/x:1";
    const template = (containers: Json[]): Json => ({
      metadata: { labels: { app: "apply-list" } },
      spec: { containers },
    });
    const full = toDeployment("apply-list", { template: template([{ name: "a", image, ports: [{ containerPort: 80 }] }, { name: "b", image }]) }); // prettier-ignore
    const created = await suite.client.apply(path, "alice", full);
    expect(created.status).toBe(201);
    const owned = managers(created)["Apply alice"]["f:spec"]["f:template"]["f:spec"]["f:containers"];
    expect(owned).toEqual({
      'k:{"name":"a"}': {
        ".": {},
        "f:name": {},
        "f:image": {},
        "f:ports": { 'k:{"containerPort":80,"protocol":"TCP"}': { ".": {}, "f:containerPort": {} } },
      },
      'k:{"name":"b"}': { ".": {}, "f:name": {}, "f:image": {} },
    });
    const fewer = await suite.client.apply(
      path,
      "alice",
      toDeployment("apply-list", { template: template([{ name: "a", image }]) }),
    );
    expect(fewer.body.spec.template.spec.containers.map((one: Json) => one.name)).toEqual(["a"]);
    expect(fewer.body.spec.template.spec.containers[0].ports).toBeUndefined();
    const conflict = await suite.client.apply(path, "bob", toDeployment("apply-list", { template: template([{ name: "a", image: "other" }]) })); // prettier-ignore
    expect(conflict.body.details.causes[0].field).toBe('.spec.template.spec.containers[name="a"].image');
  });

  it("MUST record a creation by fields, with the defaults it brought", async () => {
    const answer = await suite.client.post(`${suite.client.at("apps/v1", "deployments")}?fieldManager=dave`, toDeployment("apply-record")); // prettier-ignore
    expect(answer.body.metadata.managedFields).toHaveLength(1);
    expect(answer.body.metadata.managedFields[0]).toMatchObject({ manager: "dave", operation: "Update", apiVersion: "apps/v1", fieldsType: "FieldsV1" }); // prettier-ignore
    expect(managers(answer)["Update dave"]).toEqual({
      "f:spec": {
        "f:progressDeadlineSeconds": {},
        "f:replicas": {},
        "f:revisionHistoryLimit": {},
        "f:selector": {},
        "f:strategy": { "f:rollingUpdate": { ".": {}, "f:maxSurge": {}, "f:maxUnavailable": {} }, "f:type": {} },
        "f:template": {
          "f:metadata": { "f:labels": { ".": {}, "f:app": {} } },
          "f:spec": {
            "f:containers": {
              'k:{"name":"main"}': {
                ".": {},
                "f:image": {},
                "f:imagePullPolicy": {},
                "f:name": {},
                "f:resources": {},
                "f:terminationMessagePath": {},
                "f:terminationMessagePolicy": {},
              },
            },
            "f:dnsPolicy": {},
            "f:restartPolicy": {},
            "f:schedulerName": {},
            "f:securityContext": {},
            "f:terminationGracePeriodSeconds": {},
          },
        },
      },
    });
  });

  it("MUST apply to the status apart from the rest", async () => {
    const path = suite.client.at("apps/v1", "deployments", "apply-status");
    await suite.client.apply(path, "alice", toDeployment("apply-status"));
    const status = { apiVersion: "apps/v1", kind: "Deployment", metadata: { name: "apply-status" }, status: { conditions: [{ type: "Mine", status: "True" }] } }; // prettier-ignore
    const answer = await suite.client.apply(`${path}/status`, "bob", status);
    expect(answer.status).toBe(200);
    const mine = answer.body.metadata.managedFields.find((entry: Json) => entry.manager === "bob");
    expect(mine).toMatchObject({ subresource: "status", operation: "Apply" });
    expect(Object.keys(mine.fieldsV1)).toEqual(["f:status"]);
  });

  it("MUST forget every manager where the client says so", async () => {
    await apply("apply-reset", "alice", { a: "1" });
    const answer = await suite.client.patch("merge", `${suite.client.configMaps("apply-reset")}?fieldManager=carol`, { metadata: { managedFields: [{}] } }); // prettier-ignore
    expect(answer.body.metadata.managedFields).toBeUndefined();
  });
}
