import { expect, it } from "vitest";
import { toPod } from "./kube-api-under-test.ts";
import type { SuiteClient } from "./kube-api-under-test.ts";

export function deleteRules(suite: { readonly client: SuiteClient }): void {
  it("MUST answer with a Status that names what is gone", async () => {
    const object = await suite.client.configMap("delete-plain");
    const { status, body } = await suite.client.delete(suite.client.configMaps("delete-plain"));
    expect(status).toBe(200);
    expect(body).toMatchObject({
      kind: "Status",
      status: "Success",
      details: { name: "delete-plain", kind: "configmaps", uid: object.metadata.uid },
    });
    expect((await suite.client.delete(suite.client.configMaps("delete-plain"))).status).toBe(404);
  });

  it("MUST keep an object with finalizers, marked, until they are gone", async () => {
    const path = suite.client.configMaps("delete-final");
    await suite.client.configMap("delete-final");
    await suite.client.patch("merge", path, { metadata: { finalizers: ["example.com/keep"] } });
    const marked = await suite.client.delete(path);
    expect(marked.body.metadata).toMatchObject({ deletionGracePeriodSeconds: 0, finalizers: ["example.com/keep"] });
    expect(marked.body.metadata.deletionTimestamp).toBeDefined();
    const added = await suite.client.patch("merge", path, {
      metadata: { finalizers: ["example.com/keep", "example.com/more"] },
    });
    expect(added.status).toBe(422);
    const undone = await suite.client.patch("merge", path, {
      metadata: { deletionTimestamp: null, labels: { a: "b" } },
    });
    expect(undone.body.metadata.deletionTimestamp).toBe(marked.body.metadata.deletionTimestamp);
    expect((await suite.client.patch("merge", path, { metadata: { finalizers: null } })).status).toBe(200);
    expect((await suite.client.get(path)).status).toBe(404);
  });

  it("MUST obey preconditions", async () => {
    const object = await suite.client.configMap("delete-pre");
    const path = suite.client.configMaps("delete-pre");
    const wrong = await suite.client.delete(path, { preconditions: { uid: "00000000-0000-4000-8000-000000000000" } });
    expect({ status: wrong.status, reason: wrong.body.reason }).toEqual({ status: 409, reason: "Conflict" });
    expect((await suite.client.delete(path, { preconditions: { resourceVersion: "1" } })).status).toBe(409);
    expect((await suite.client.delete(path, { preconditions: { uid: object.metadata.uid } })).status).toBe(200);
  });

  it("MUST delete nothing on a dry run", async () => {
    await suite.client.configMap("delete-dry");
    expect((await suite.client.delete(`${suite.client.configMaps("delete-dry")}?dryRun=All`)).status).toBe(200);
    expect((await suite.client.get(suite.client.configMaps("delete-dry"))).status).toBe(200);
  });

  it("MUST turn the propagation policy into a finalizer", async () => {
    const path = suite.client.configMaps("delete-policy");
    await suite.client.configMap("delete-policy");
    await suite.client.patch("merge", path, { metadata: { finalizers: ["example.com/keep"] } });
    const { body } = await suite.client.delete(path, { propagationPolicy: "Foreground" });
    expect(body.metadata.finalizers).toContain("foregroundDeletion");
    await suite.client.patch("merge", path, { metadata: { finalizers: null } });
    await suite.client.configMap("delete-policy-2");
    const refused = await suite.client.delete(suite.client.configMaps("delete-policy-2"), {
      propagationPolicy: "Sideways",
    });
    expect(refused.status).toBe(422);
  });

  it("MUST delete a pod that runs nowhere at once, and answer with the pod", async () => {
    const pods = suite.client.at("v1", "pods");
    await suite.client.post(pods, toPod("delete-pod"));
    const { status, body } = await suite.client.delete(`${pods}/delete-pod`);
    expect({ status, kind: body.kind }).toEqual({ status: 200, kind: "Pod" });
    expect((await suite.client.get(`${pods}/delete-pod`)).status).toBe(404);
  });

  it("MUST leave a pod on a node its grace period, which a second deletion may cut short", async () => {
    const pods = suite.client.at("v1", "pods");
    await suite.client.post(pods, toPod("delete-grace", { nodeName: "no-such-node" }));
    const { body } = await suite.client.delete(`${pods}/delete-grace`);
    expect(body.metadata.deletionGracePeriodSeconds).toBe(30);
    expect((await suite.client.get(`${pods}/delete-grace`)).status).toBe(200);
    expect((await suite.client.delete(`${pods}/delete-grace`, { gracePeriodSeconds: 0 })).status).toBe(200);
    expect((await suite.client.get(`${pods}/delete-grace`)).status).toBe(404);
  });

  it("MUST delete a collection by its selector", async () => {
    await suite.client.configMap("delete-many-1", {}, { many: "1" });
    await suite.client.configMap("delete-many-2", {}, { many: "1" });
    await suite.client.configMap("delete-few", {}, { many: "0" });
    expect((await suite.client.delete(`${suite.client.configMaps()}?labelSelector=many%3D1`)).status).toBe(200);
    const { body } = await suite.client.get(`${suite.client.configMaps()}?labelSelector=many`);
    expect(body.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(["delete-few"]);
  });

  it("MUST mark a namespace and refuse new content in it", async () => {
    const name = `${suite.client.namespace}-going`;
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
    expect((await suite.client.post("/api/v1/namespaces", namespace)).body).toMatchObject({
      spec: { finalizers: ["kubernetes"] },
      status: { phase: "Active" },
      metadata: { labels: { "kubernetes.io/metadata.name": name } },
    });
    // Held by an object that does not go, so that the namespace is still there to be looked at.
    const held = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "held", finalizers: ["example.com/keep"] } };
    await suite.client.post(`/api/v1/namespaces/${name}/configmaps`, held);
    const { body } = await suite.client.delete(`/api/v1/namespaces/${name}`);
    expect(body).toMatchObject({ kind: "Namespace", status: { phase: "Terminating" } });
    const refused = await suite.client.post(`/api/v1/namespaces/${name}/configmaps`, {
      ...held,
      metadata: { name: "late" },
    });
    expect(refused.status).toBe(403);
    expect(refused.body.details.causes[0]).toMatchObject({ reason: "NamespaceTerminating" });
    await suite.client.patch("merge", `/api/v1/namespaces/${name}/configmaps/held`, { metadata: { finalizers: null } });
  });

  it("MUST refuse to delete the default namespace", async () => {
    expect((await suite.client.delete("/api/v1/namespaces/default")).status).toBe(403);
  });
}
