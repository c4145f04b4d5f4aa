import { beforeAll, expect, it } from "vitest";
import type { Json, KubeApiSupports, SuiteClient } from "./kube-api-under-test.ts";

const names = (list: Json): string[] => list.items.map((item: Json) => item.metadata.name);

export function listRules(suite: { readonly client: SuiteClient }, supports: KubeApiSupports): void {
  const list = async (query: string): Promise<Json> =>
    (await suite.client.get(`${suite.client.configMaps()}?${query}`)).body;
  const inList = "labelSelector=in%3Dlist";

  beforeAll(async () => {
    for (const [index, tier] of ["web", "web", "db", "cache", "db"].entries()) {
      await suite.client.configMap(`list-${index}`, { index: String(index) }, { in: "list", tier });
    }
  });

  it("MUST give an object with kind and version, and a list whose items come in the order of their names", async () => {
    const { body } = await suite.client.get(suite.client.configMaps("list-0"));
    expect(body).toMatchObject({
      kind: "ConfigMap",
      apiVersion: "v1",
      metadata: { name: "list-0" },
      data: { index: "0" },
    });
    const found = await list(inList);
    expect(found).toMatchObject({ kind: "ConfigMapList", apiVersion: "v1" });
    expect(names(found)).toEqual(["list-0", "list-1", "list-2", "list-3", "list-4"]);
    expect(found.metadata.resourceVersion).toMatch(/^\d+$/);
  });

  it("MUST answer 404 as a Status that names the object", async () => {
    const { status, body } = await suite.client.get(suite.client.configMaps("none"));
    expect(status).toBe(404);
    expect(body).toMatchObject({
      kind: "Status",
      status: "Failure",
      reason: "NotFound",
      code: 404,
      message: 'configmaps "none" not found',
      details: { name: "none", kind: "configmaps" },
    });
  });

  it.each([
    ["in=list,tier=web", [0, 1]],
    ["in=list,tier!=web", [2, 3, 4]],
    ["in=list,tier in (db,cache)", [2, 3, 4]],
    ["in=list,tier notin (db,cache)", [0, 1]],
    ["in=list,!absent", [0, 1, 2, 3, 4]],
    ["in=list,absent", []],
    ["in==list,tier", [0, 1, 2, 3, 4]],
  ])("MUST select by labels: %s", async (selector, expected) => {
    const found = await list(`labelSelector=${encodeURIComponent(selector)}`);
    expect(names(found)).toEqual(expected.map((index) => `list-${index}`));
  });

  it("MUST select by metadata.name and refuse a field the kind does not select by", async () => {
    expect(names(await list("fieldSelector=metadata.name%3Dlist-2"))).toEqual(["list-2"]);
    expect(names(await list(`${inList}&fieldSelector=metadata.name!%3Dlist-2`))).toHaveLength(4);
    const { status, body } = await suite.client.get(`${suite.client.configMaps()}?fieldSelector=data.index%3D1`);
    expect({ status, reason: body.reason }).toEqual({ status: 400, reason: "BadRequest" });
    expect(body.message).toMatch(/data\.index/);
  });

  it("MUST refuse a label selector it cannot read", async () => {
    const { status, body } = await suite.client.get(`${suite.client.configMaps()}?labelSelector=a%3D%3D%3D`);
    expect({ status, reason: body.reason }).toEqual({ status: 400, reason: "BadRequest" });
    expect(body.message).toContain("unable to parse requirement");
  });

  it("MUST page through one consistent snapshot", async () => {
    await suite.client.configMap("page-a", {}, { page: "1" });
    await suite.client.configMap("page-b", {}, { page: "1" });
    await suite.client.configMap("page-c", {}, { page: "1" });
    const first = await list("labelSelector=page&limit=2");
    expect(names(first)).toEqual(["page-a", "page-b"]);
    expect(first.metadata.remainingItemCount).toBeUndefined();
    await suite.client.configMap("page-d", {}, { page: "1" });
    await suite.client.delete(suite.client.configMaps("page-c"));
    const rest = await list(`labelSelector=page&limit=2&continue=${encodeURIComponent(first.metadata.continue)}`);
    expect(names(rest)).toEqual(["page-c"]);
    expect(rest.metadata.continue ?? "").toBe("");
    expect(rest.metadata.resourceVersion).toBe(first.metadata.resourceVersion);
    expect(names(await list("labelSelector=page"))).toEqual(["page-a", "page-b", "page-d"]);
  });

  it("MUST say how many items remain where there is no selector", async () => {
    const all = names(await list("")).length;
    const first = await list("limit=2");
    expect(first.metadata.remainingItemCount).toBe(all - 2);
  });

  it("MUST list an exact older version", async () => {
    const before = await list("");
    await suite.client.configMap("exact-later");
    const exact = await list(`resourceVersion=${before.metadata.resourceVersion}&resourceVersionMatch=Exact`);
    expect(names(exact)).toEqual(names(before));
    expect(exact.metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    const newer = await list(`resourceVersion=${before.metadata.resourceVersion}&resourceVersionMatch=NotOlderThan`);
    expect(names(newer)).toContain("exact-later");
  });

  it.each([
    ["resourceVersionMatch=Exact", 422],
    ["resourceVersion=0&resourceVersionMatch=Exact", 422],
    ["resourceVersion=1&resourceVersionMatch=Sometimes", 422],
    ["resourceVersion=abc", 400],
    ["limit=abc", 400],
    ["continue=nonsense", 400],
    ["sendInitialEvents=true", 422],
  ])("MUST refuse the query %s with %i", async (query, status) => {
    expect((await suite.client.get(`${suite.client.configMaps()}?${query}`)).status).toBe(status);
  });

  it("MUST answer 504 with a wait for a version from the future", async () => {
    const { status, body } = await suite.client.get(`${suite.client.configMaps()}?resourceVersion=999999999`);
    expect(status).toBe(504);
    expect(body).toMatchObject({ reason: "Timeout", details: { causes: [{ reason: "ResourceVersionTooLarge" }] } });
  });

  if (supports.expireVersions) {
    it("MUST answer 410 with a token to go on where a page has expired", async () => {
      const first = await list("limit=2");
      await suite.client.configMap("expire-1");
      suite.client.api.expireVersions?.();
      const path = `${suite.client.configMaps()}?limit=2&continue=${encodeURIComponent(first.metadata.continue)}`;
      const { status, body } = await suite.client.get(path);
      expect({ status, reason: body.reason }).toEqual({ status: 410, reason: "Expired" });
      const rest = await list(`limit=500&continue=${encodeURIComponent(body.metadata.continue)}`);
      const last = first.items.at(-1).metadata.name;
      expect(names(rest)).toEqual(names(await list("")).filter((name) => name > last));
    });
  }

  it("MUST show a list as a table where it is asked for", async () => {
    const { body } = await suite.client.get(
      `${suite.client.configMaps()}?${inList}`,
      "application/json;as=Table;v=v1;g=meta.k8s.io",
    );
    expect(body.kind).toBe("Table");
    expect(body.columnDefinitions.map((column: Json) => column.name)).toEqual(["Name", "Data", "Age"]);
    expect(body.rows[0].cells.slice(0, 2)).toEqual(["list-0", 1]);
    expect(body.rows[0].object).toMatchObject({ kind: "PartialObjectMetadata", metadata: { name: "list-0" } });
  });

  it("MUST show only metadata where it is asked for", async () => {
    const accept = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io";
    const { body } = await suite.client.get(`${suite.client.configMaps()}?${inList}`, accept);
    expect(body.kind).toBe("PartialObjectMetadataList");
    expect(body.items[0]).toMatchObject({ metadata: { name: "list-0" } });
    expect(body.items[0].data).toBeUndefined();
  });

  it("MUST refuse a media type it cannot write", async () => {
    expect((await suite.client.get(suite.client.configMaps(), "text/plain")).status).toBe(406);
  });
}
