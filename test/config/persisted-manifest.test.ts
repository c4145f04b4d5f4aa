import { describe, expect, it } from "vitest";
import { loadConfig } from "../../src/config/load-config.ts";
import { loadManifests } from "../../src/config/load-manifests.ts";
import { parsePersistedManifest } from "../../src/config/persisted-manifest.ts";
import { createFakeEnvironment } from "./config-environment-fake.ts";

const body = "query Q { pods { totalCount } }";
const apollo = { format: "apollo-persisted-query-manifest", version: 1 };

describe("parsePersistedManifest", () => {
  it.each([
    ["Apollo's form", { ...apollo, operations: [{ id: "a1", name: "Q", type: "query", body }] }],
    ["a plain map", { a1: body }],
  ])("should read %s", (_, manifest) => {
    expect(parsePersistedManifest(JSON.stringify(manifest))).toEqual({
      documents: new Map([["a1", body]]),
      problems: [],
    });
  });

  it.each<readonly [string, string, readonly string[]]>([
    ["no JSON", "{", [expect.stringContaining("must be JSON but got: ") as string]],
    ["a list", "[]", ["must be a mapping of ids to documents"]],
    [
      "another version",
      JSON.stringify({ ...apollo, version: 2, operations: [] }),
      ['must be format "apollo-persisted-query-manifest", version 1, with a list of operations'],
    ],
    [
      "operations of other shapes",
      JSON.stringify({ ...apollo, operations: [3, { id: "a" }, { id: "a b", body }] }),
      [
        'operations[0] must have an id of letters, digits, ".", "_", "~" and "-"',
        "operations[1] must have a document as text",
        'operations[2] must have an id of letters, digits, ".", "_", "~" and "-"',
      ],
    ],
    [
      "an id for two documents",
      JSON.stringify({
        ...apollo,
        operations: [
          { id: "a", body },
          { id: "a", body: "{ x }" },
        ],
      }),
      ["operations[1] has the id of another document"],
    ],
    [
      "a reserved prefix",
      JSON.stringify({ "md5:1": body }),
      [expect.stringContaining('"md5:1" must have an id') as string],
    ],
    ["an empty document", JSON.stringify({ a: " " }), ['"a" must have a document as text']],
  ])("should say what is wrong with %s", (_, text, problems) => {
    expect(parsePersistedManifest(text).problems).toEqual(problems);
  });
});

describe("loadManifests", () => {
  it("should join manifests, and tell of ids they disagree on", async () => {
    const { files } = createFakeEnvironment({
      "/a": JSON.stringify({ one: body }),
      "/b": `{"one": "{ x }", "two": "{ y }"}`,
    });
    const { documents, problems } = await loadManifests(["/a", "/b", "/c"], files);
    expect([...documents]).toEqual([
      ["one", body],
      ["two", "{ y }"],
    ]);
    expect(problems).toEqual([
      { index: 1, message: '/b: "one" is another document in /a' },
      { index: 2, message: "must be a readable file but got: /c (no such file)" },
    ]);
  });
});

describe("loadConfig", () => {
  it("should check manifests beside everything else", async () => {
    const environment = createFakeEnvironment({
      "/work/good.json": JSON.stringify({ one: body }),
      "/work/bad.json": "[]",
      "/work/clusters.yaml": `persistedDocuments:
  manifests: [good.json, bad.json, missing.json]
  enforce: true
geo: {datbase: x}
`,
    });
    const error: unknown = await loadConfig("/work/clusters.yaml", environment).catch((thrown: unknown) => thrown);
    expect(String(error).split("\n").slice(0, 2)).toEqual([
      "ConfigError: /work/clusters.yaml:2:26: persistedDocuments.manifests[1]: /work/bad.json: must be a mapping of ids to documents",
      "/work/clusters.yaml:2:36: persistedDocuments.manifests[2]: must be a readable file but got: /work/missing.json (no such file)",
    ]);
  });

  it("should refuse to refuse everything", async () => {
    const environment = createFakeEnvironment({ "/work/clusters.yaml": "persistedDocuments: {enforce: true}\n" });
    await expect(loadConfig("/work/clusters.yaml", environment)).rejects.toThrow(
      "/work/clusters.yaml:1:31: persistedDocuments.enforce: takes at least one of manifests: without any, every request is refused",
    );
  });
});
