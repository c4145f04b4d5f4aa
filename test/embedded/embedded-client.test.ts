import { describe, expect, it } from "vitest";
import { systemIdentity } from "../../src/kube/identity.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { createTestApi } from "./support/create-test-api.ts";

const options = { signal: new AbortController().signal, as: systemIdentity("test") };
const write = { ...options, fieldManager: "test" };
const configMaps = { group: "", version: "v1", plural: "configmaps", kind: "ConfigMap", namespaced: true };
const named = (name: string, rest = {}): KubeObject => ({ apiVersion: "v1", kind: "ConfigMap", metadata: { name, namespace: "default" }, ...rest }); // prettier-ignore
const pod = (name: string): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace: "default" },
  spec: { containers: [{ name: "c", image: "i" }] },
});

describe("the in-process client", () => {
  it("should create, read, replace, patch and delete", async () => {
    const { client } = createTestApi();
    const { object, created } = await client.create(configMaps, named("a", { data: { x: "1" } }), write);
    expect(created).toBe(true);
    const replaced = await client.replace(configMaps, { ...object, data: { x: "2" } }, write);
    expect(replaced.object).toMatchObject({ data: { x: "2" } });
    await expect(client.replace(configMaps, object, write)).rejects.toMatchObject({
      reason: "Conflict",
      cluster: "test",
      status: 409,
    });
    const patched = await client.patch(configMaps, { namespace: "default", name: "a" }, { type: "merge", body: { data: { y: "3" } } }, write); // prettier-ignore
    expect(patched.object).toMatchObject({ data: { x: "2", y: "3" } });
    const key = { namespace: "default", name: "a" };
    expect((await client.delete(configMaps, key, {}, write)).object).toBeUndefined();
    await expect(client.get(configMaps, key, options)).rejects.toMatchObject({ reason: "NotFound" });
  });

  it("should not let a caller's later changes reach the store", async () => {
    const { client } = createTestApi();
    const data = { x: "1" };
    await client.create(configMaps, named("a", { data }), write);
    data.x = "2";
    expect(await client.get(configMaps, { namespace: "default", name: "a" }, options)).toMatchObject({
      data: { x: "1" },
    });
  });

  it("should name the other manager of a conflict", async () => {
    const { client } = createTestApi();
    const key = { namespace: "default", name: "a" };
    const apply = (fieldManager: string, value: string): Promise<unknown> =>
      client.patch(
        configMaps,
        key,
        { type: "apply", body: named("a", { data: { x: value } }), force: false },
        { ...options, fieldManager },
      );
    await apply("alice", "1");
    await expect(apply("bob", "2")).rejects.toMatchObject({
      reason: "Conflict",
      causes: [{ field: ".data.x", manager: "alice", reason: "FieldManagerConflict" }],
    });
  });

  it("should bind a pod once, and hand out its log", async () => {
    const api = createTestApi();
    const { client } = api;
    await client.create(knownResources.pods, pod("p"), write);
    const binding = { apiVersion: "v1", kind: "Binding", metadata: { name: "p", namespace: "default" }, target: { kind: "Node", name: "n" } }; // prettier-ignore
    await client.create(knownResources.pods, binding, { ...write, subresource: "binding" });
    const key = { namespace: "default", name: "p" };
    expect(await client.get(knownResources.pods, key, options)).toMatchObject({ spec: { nodeName: "n" } });
    const twice = client.create(knownResources.pods, binding, { ...write, subresource: "binding" });
    await expect(twice).rejects.toMatchObject({ reason: "Conflict" });
    api.setLogSource(() => "2026-01-01T00:00:00Z one\n2026-01-01T00:00:01Z two\n");
    const log = await client.log(key, { container: "c", tailLines: 1 }, options);
    expect(new TextDecoder().decode(log)).toBe("two\n");
  });

  it("should finish a namespace by finalize", async () => {
    const { client } = createTestApi();
    const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: "n" } };
    await client.create(knownResources.namespaces, namespace, write);
    const { object } = await client.delete(knownResources.namespaces, { name: "n" }, {}, write);
    expect(object).toMatchObject({ status: { phase: "Terminating" } });
    await client.replace(
      knownResources.namespaces,
      { ...object!, spec: { finalizers: [] } },
      { ...write, subresource: "finalize" },
    );
    await expect(client.get(knownResources.namespaces, { name: "n" }, options)).rejects.toMatchObject({
      reason: "NotFound",
    });
  });

  it("should discover every resource once with its subresources", async () => {
    const resources = await createTestApi().client.discover(options);
    const pods = resources.find(({ plural }) => plural === "pods");
    expect(pods?.subresources).toEqual(expect.arrayContaining(["status", "log", "binding"]));
    expect(pods?.subresources).not.toContain("exec");
    expect(resources.filter(({ plural, group }) => plural === "deployments" && group === "apps")).toHaveLength(1);
  });

  it("should throw Aborted before anything is written where the signal already is", async () => {
    const { client } = createTestApi();
    const signal = AbortSignal.abort();
    await expect(client.create(configMaps, named("late"), { ...write, signal })).rejects.toMatchObject({
      reason: "Aborted",
    });
    await expect(client.get(configMaps, { namespace: "default", name: "late" }, options)).rejects.toMatchObject({
      reason: "NotFound",
    });
  });
});
