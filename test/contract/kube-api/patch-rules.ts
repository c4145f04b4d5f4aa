import { beforeAll, expect, it } from "vitest";
import { toDeployment } from "./kube-api-under-test.ts";
import type { Answer, Json, SuiteClient } from "./kube-api-under-test.ts";

const container = (name: string, rest = {}): Json => ({ name, image: `registry.example/${name}:1`, ...rest });

export function patchRules(suite: { readonly client: SuiteClient }): void {
  const path = (): string => suite.client.configMaps("patch-me");
  const deployment = (): string => suite.client.at("apps/v1", "deployments", "patch-deploy");
  const strategic = (body: unknown): Promise<Answer> => suite.client.patch("strategic", deployment(), body);
  const podSpec = (answer: Answer): Json => answer.body.spec.template.spec;

  beforeAll(async () => {
    await suite.client.configMap("patch-me", { a: "1", b: "2" });
    const template = {
      metadata: { labels: { app: "patch-deploy" } },
      spec: {
        containers: [
          container("a", {
            env: [
              { name: "X", value: "1" },
              { name: "Y", value: "2" },
            ],
          }),
          container("b"),
        ],
        volumes: [{ name: "v", emptyDir: {} }],
      },
    };
    await suite.client.post(suite.client.at("apps/v1", "deployments"), toDeployment("patch-deploy", { template }));
  });

  it("MUST apply a JSON patch, and nothing of one whose test fails", async () => {
    const good = await suite.client.patch("json", path(), [
      { op: "test", path: "/data/a", value: "1" },
      { op: "replace", path: "/data/a", value: "9" },
      { op: "add", path: "/metadata/labels", value: { "x~y": "1" } },
      { op: "remove", path: "/data/b" },
    ]);
    expect(good.status).toBe(422);
    const ok = await suite.client.patch("json", path(), [
      { op: "test", path: "/data/a", value: "1" },
      { op: "replace", path: "/data/a", value: "9" },
    ]);
    expect(ok.body.data).toEqual({ a: "9", b: "2" });
    const failed = await suite.client.patch("json", path(), [{ op: "test", path: "/data/a", value: "1" }]);
    expect(failed.status).toBe(422);
  });

  it("MUST merge objects and remove by null in a merge patch", async () => {
    const { status, body } = await suite.client.patch("merge", path(), { data: { b: null, c: "3" } });
    expect(status).toBe(200);
    expect(body.data).toMatchObject({ c: "3" });
    expect(body.data.b).toBeUndefined();
  });

  it("MUST refuse a patch of an older version, an unknown type and what is missing", async () => {
    const stale = await suite.client.patch("merge", path(), { metadata: { resourceVersion: "1" }, data: { z: "1" } });
    expect(stale.status).toBe(409);
    expect((await suite.client.call("PATCH", path(), {}, { "content-type": "application/json" })).status).toBe(415);
    expect((await suite.client.patch("merge", suite.client.configMaps("none"), { data: {} })).status).toBe(404);
  });

  it("MUST merge lists by their key in a strategic merge patch", async () => {
    const answer = await strategic({
      spec: { template: { spec: { containers: [{ name: "b", image: "registry.example/b:2" }] } } },
    });
    expect(podSpec(answer).containers.map((one: Json) => one.image)).toEqual([
      "registry.example/a:1",
      "registry.example/b:2",
    ]);
  });

  it("MUST merge nested lists, delete items and obey $setElementOrder", async () => {
    const env = [
      { name: "Z", value: "3" },
      { name: "X", $patch: "delete" },
    ];
    const answer = await strategic({
      spec: {
        template: {
          spec: {
            "$setElementOrder/containers": [{ name: "b" }, { name: "a" }],
            containers: [{ name: "a", env, "$setElementOrder/env": [{ name: "Z" }, { name: "Y" }] }],
          },
        },
      },
    });
    expect(podSpec(answer).containers.map((one: Json) => one.name)).toEqual(["b", "a"]);
    expect(podSpec(answer).containers[1].env.map((one: Json) => one.name)).toEqual(["Z", "Y"]);
  });

  it("MUST replace where $patch says so, and keep only $retainKeys", async () => {
    const replaced = await strategic({ spec: { template: { spec: { volumes: [{ $patch: "replace" }, { name: "w", emptyDir: {} }] } } } }); // prettier-ignore
    expect(podSpec(replaced).volumes.map((one: Json) => one.name)).toEqual(["w"]);
    const retained = await strategic({
      spec: {
        template: { spec: { volumes: [{ name: "w", $retainKeys: ["name", "configMap"], configMap: { name: "c" } }] } },
      },
    });
    expect(podSpec(retained).volumes[0]).toMatchObject({ name: "w", configMap: { name: "c" } });
    expect(podSpec(retained).volumes[0].emptyDir).toBeUndefined();
  });

  it("MUST merge and delete in lists of plain values", async () => {
    const finalizers = (answer: Answer): string[] => answer.body.metadata.finalizers;
    const patch = (metadata: unknown): Promise<Answer> => suite.client.patch("strategic", path(), { metadata });
    expect(finalizers(await patch({ finalizers: ["example.com/a"] }))).toEqual(["example.com/a"]);
    expect(finalizers(await patch({ finalizers: ["example.com/b"] }))).toEqual(["example.com/b", "example.com/a"]);
    const deleted = await patch({ "$deleteFromPrimitiveList/finalizers": ["example.com/a"] });
    expect(finalizers(deleted)).toEqual(["example.com/b"]);
    await patch({ finalizers: null });
  });
}
