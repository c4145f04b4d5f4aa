import { afterAll, beforeAll, expect, it } from "vitest";
import type { Answer, Json, SuiteClient } from "./kube-api-under-test.ts";

const definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

const schema = {
  type: "object",
  properties: {
    spec: {
      type: "object",
      required: ["size"],
      properties: {
        size: { type: "integer", minimum: 1, maximum: 9 },
        color: { type: "string", enum: ["red", "blue"], default: "red" },
        code: { type: "string", pattern: "^[a-z]+$" },
        replicas: { type: "integer" },
        free: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
        tags: { type: "array", items: { type: "string" }, "x-kubernetes-list-type": "set" },
        ports: {
          type: "array",
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["port"],
          items: {
            type: "object",
            required: ["port"],
            properties: { port: { type: "integer" }, name: { type: "string" } },
          },
        },
      },
    },
    status: { type: "object", properties: { replicas: { type: "integer" }, phase: { type: "string" } } },
  },
};

/** Of the other version; were it the same, the real server would not take fields of one version only. */
const looseSchema = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

function toDefinition(group: string): Json {
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `widgets.${group}` },
    spec: {
      group,
      scope: "Namespaced",
      names: { plural: "widgets", kind: "Widget", shortNames: ["wd"], categories: ["all"] },
      versions: [
        {
          name: "v1",
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          subresources: {
            status: {},
            scale: { specReplicasPath: ".spec.replicas", statusReplicasPath: ".status.replicas" },
          },
          additionalPrinterColumns: [{ name: "Size", type: "integer", jsonPath: ".spec.size" }],
          selectableFields: [{ jsonPath: ".spec.color" }],
        },
        { name: "v1beta1", served: true, storage: false, deprecated: true, schema: { openAPIV3Schema: looseSchema } },
      ],
    },
  };
}

export function customResourceRules(suite: { readonly client: SuiteClient }): void {
  let group: string;
  const path = (...rest: string[]): string => suite.client.at(`${group}/v1`, "widgets", ...rest);
  const widget = (name: string, spec: Json, rest = {}): Json => ({ apiVersion: `${group}/v1`, kind: "Widget", metadata: { name }, spec, ...rest }); // prettier-ignore
  const create = (name: string, spec: Json, rest = {}): Promise<Answer> =>
    suite.client.post(path(), widget(name, spec, rest));

  beforeAll(async () => {
    group = `${suite.client.namespace}.example.com`;
    const created = await suite.client.post(definitions, toDefinition(group));
    expect(created.body.message).toBeUndefined();
    // Served a moment after it is established.
    for (let attempt = 0; attempt < 200; attempt++) {
      const [plain, old] = [
        await suite.client.get(path()),
        await suite.client.get(suite.client.at(`${group}/v1beta1`, "widgets")),
      ];
      if (plain.status === 200 && old.status === 200) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  });
  afterAll(async () => {
    await suite.client.delete(`${definitions}/widgets.${group}`);
  });

  it("MUST establish a definition and fill in its names", async () => {
    const { body } = await suite.client.get(`${definitions}/widgets.${group}`);
    expect(body.spec.names).toMatchObject({ singular: "widget", listKind: "WidgetList" });
    const conditions = Object.fromEntries(body.status.conditions.map((one: Json) => [one.type, one.status]));
    expect(conditions).toMatchObject({ NamesAccepted: "True", Established: "True" });
    expect(body.status.storedVersions).toEqual(["v1"]);
  });

  it("MUST serve it in discovery", async () => {
    const { body } = await suite.client.get(`/apis/${group}/v1`);
    const names = body.resources.map((one: Json) => one.name).toSorted();
    expect(names).toEqual(["widgets", "widgets/scale", "widgets/status"]);
  });

  it("MUST default, prune and count generations", async () => {
    const { status, body } = await create(
      "cr-a",
      { size: 2, unknown: 1, free: { any: { thing: 1 } } },
      { status: { phase: "x" } },
    );
    expect(status).toBe(201);
    expect(body.spec).toEqual({ size: 2, color: "red", free: { any: { thing: 1 } } });
    expect(body.status).toBeUndefined();
    expect(body.metadata.generation).toBe(1);
    const changed = await suite.client.patch("merge", path("cr-a"), { spec: { size: 3 }, status: { phase: "y" } });
    expect(changed.body.metadata.generation).toBe(2);
    const inStatus = await suite.client.patch("merge", path("cr-a", "status"), {
      spec: { size: 9 },
      status: { phase: "y" },
    });
    expect(inStatus.body).toMatchObject({ spec: { size: 3 }, status: { phase: "y" }, metadata: { generation: 2 } });
  });

  it.each([
    [{}, "spec.size", "FieldValueRequired"],
    [{ size: 0 }, "spec.size", "FieldValueInvalid"],
    [{ size: 10 }, "spec.size", "FieldValueInvalid"],
    [{ size: "2" }, "spec.size", "FieldValueTypeInvalid"],
    [{ size: 1, color: "green" }, "spec.color", "FieldValueNotSupported"],
    [{ size: 1, code: "A" }, "spec.code", "FieldValueInvalid"],
    [{ size: 1, tags: ["a", "a"] }, "spec.tags[1]", "FieldValueDuplicate"],
  ])("MUST refuse the spec %j: %s, %s", async (spec, field, reason) => {
    const { status, body } = await create("cr-bad", spec);
    expect(status).toBe(422);
    expect(body.details.causes).toContainEqual(expect.objectContaining({ field, reason }));
  });

  it("MUST refuse unknown fields under strict validation", async () => {
    const { status, body } = await suite.client.post(
      `${path()}?fieldValidation=Strict`,
      widget("cr-strict", { size: 1, surprise: 1 }),
    );
    expect(status).toBe(400);
    expect(body.message).toContain('unknown field "spec.surprise"');
  });

  it("MUST need a resourceVersion to be replaced, and refuse strategic merge patches", async () => {
    await create("cr-put", { size: 1 });
    expect((await suite.client.put(path("cr-put"), widget("cr-put", { size: 2 }))).status).toBe(422);
    expect((await suite.client.patch("strategic", path("cr-put"), { spec: { size: 2 } })).status).toBe(415);
  });

  it("MUST own keyed lists item by item", async () => {
    const apply = (manager: string, ports: Json[]): Promise<Answer> =>
      suite.client.apply(path("cr-apply"), manager, widget("cr-apply", { size: 1, ports }));
    await apply("alice", [{ port: 1, name: "a" }]);
    await apply("bob", [{ port: 2, name: "b" }]);
    expect((await apply("alice", [])).body.spec.ports).toEqual([{ port: 2, name: "b" }]);
  });

  it("MUST scale by the paths of the definition", async () => {
    await create("cr-scale", { size: 1, replicas: 2 });
    const { body } = await suite.client.patch("merge", path("cr-scale", "scale"), { spec: { replicas: 5 } });
    expect(body).toMatchObject({ kind: "Scale", spec: { replicas: 5 } });
    expect((await suite.client.get(path("cr-scale"))).body.spec.replicas).toBe(5);
  });

  it("MUST show the columns of the definition", async () => {
    await create("cr-table", { size: 4 });
    const { body } = await suite.client.get(path("cr-table"), "application/json;as=Table;v=v1;g=meta.k8s.io");
    expect(body.columnDefinitions.map((one: Json) => one.name)).toEqual(["Name", "Size"]);
    expect(body.rows[0].cells).toEqual(["cr-table", 4]);
  });

  it("MUST serve the other version and warn that it is deprecated", async () => {
    await create("cr-version", { size: 4 });
    const { body, headers } = await suite.client.get(suite.client.at(`${group}/v1beta1`, "widgets", "cr-version"));
    expect(body.apiVersion).toBe(`${group}/v1beta1`);
    expect(headers.get("warning")).toBe(`299 - "${group}/v1beta1 Widget is deprecated; use ${group}/v1 Widget"`);
  });

  it("MUST select by the fields of the definition", async () => {
    await create("cr-red", { size: 1 });
    await create("cr-blue", { size: 1, color: "blue" });
    const { body } = await suite.client.get(`${path()}?fieldSelector=spec.color%3Dblue`);
    expect(body.items.map((item: Json) => item.metadata.name)).toEqual(["cr-blue"]);
  });
}
