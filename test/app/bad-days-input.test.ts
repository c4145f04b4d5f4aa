import { mkdtemp, rm, writeFile } from "node:fs/promises";
import * as files from "node:fs/promises";
import { watch } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MemorySnapshotStore } from "../../src/cache/disk/memory-snapshot-store.ts";
import { createConfigSource } from "../../src/config/config-source.ts";
import { eventually } from "../support/eventually.ts";
import { embeddedCluster, startTestApp } from "../support/start-test-app.ts";
import type { TestApp } from "../support/start-test-app.ts";
import { createRecordingLogger } from "../support/recording-logger.ts";
import type { LogLine } from "../support/recording-logger.ts";

/** A disk on which nothing can be written: full, or read-only. */
class FailingSnapshotStore extends MemorySnapshotStore {
  failure: Error | undefined;

  override async append(...args: Parameters<MemorySnapshotStore["append"]>): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    return super.append(...args);
  }

  override async compact(...args: Parameters<MemorySnapshotStore["compact"]>): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    return super.compact(...args);
  }
}

describe("a whole fleetgraph under abuse", () => {
  let fleet: TestApp;
  const snapshots = new FailingSnapshotStore();
  snapshots.failure = new Error("ENOSPC: no space left on device, write '/cache/pods.log'");

  beforeAll(async () => {
    fleet = await startTestApp({ clusters: [embeddedCluster("home", { role: "home" })], snapshots });
    await eventually(async () => {
      const { data } = await fleet.query("{ pods { complete totalCount } }");
      expect(data.pods.complete).toBe(true);
      expect(data.pods.totalCount).toBeGreaterThan(5);
    }, 30_000);
  });
  afterAll(() => fleet?.stop());

  const post = async (body: string): Promise<{ readonly status: number; readonly codes: readonly string[] }> => {
    const response = await fetch(`${fleet.url}/graphql`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
    return { status: response.status, codes: errors.map(({ extensions }) => extensions.code) };
  };
  const ask = (query: string) => post(JSON.stringify({ query }));
  const nested = (depth: number): string =>
    `{ pods { nodes ${"{ node { pods { nodes ".repeat(depth)} { name } ${"} } }".repeat(depth)} } }`;

  it.each([
    ["a query of 1 MiB", () => ask(`{ pods(labelSelector: "${"a".repeat(2 ** 20)}") { totalCount } }`), /^(PAYLOAD_TOO_LARGE|LIMIT_EXCEEDED)$/], // prettier-ignore
    ["10,000 aliases", () => ask(`{ ${Array.from({ length: 10_000 }, (_, i) => `a${i}: __typename`).join(" ")} }`), /^LIMIT_EXCEEDED$/], // prettier-ignore
    ["200-deep nesting", () => ask(nested(67)), /^LIMIT_EXCEEDED$/],
    ["invalid JSON", () => post('{"query": '), /^BAD_REQUEST$/],
    ["JSON that is no object", () => post("[1, 2]"), /^BAD_REQUEST$/],
    ["what is not GraphQL", () => ask("{ pods {"), /^GRAPHQL_PARSE_FAILED$/],
    ["unknown fields", () => ask("{ pods { nodes { colour } } }"), /^GRAPHQL_VALIDATION_FAILED$/],
    ["an absurd first", () => ask("{ pods(first: 2000000000) { totalCount } }"), /^(LIMIT_EXCEEDED|BAD_USER_INPUT)$/],
    ["a negative first", () => ask("{ pods(first: -1) { totalCount } }"), /^BAD_USER_INPUT$/],
    ["a cursor that is none", () => ask('{ pods(after: "nonsense") { totalCount } }'), /^CURSOR_INVALID$/],
    ["a cursor of another format", () => ask(`{ pods(after: "${Buffer.from('[99,"x"]').toString("base64url")}") { totalCount } }`), /^CURSOR_INVALID$/], // prettier-ignore
  ] as const)("should refuse %s by its code and answer the next query", async (_, abuse, code) => {
    const { codes } = await abuse();
    expect(codes.length).toBeGreaterThan(0);
    expect(codes.length).toBeLessThan(10);
    for (const one of codes) expect(one).toMatch(code);
    expect((await fleet.query("{ clusters { totalCount } }")).data).toEqual({ clusters: { totalCount: 1 } });
  });

  it("should refuse a page's cursor under another filter", async () => {
    const { data } = await fleet.query("{ pods(first: 1) { pageInfo { endCursor } } }");
    const { errors } = await fleet.query(
      'query ($after: String) { pods(first: 1, after: $after, where: { name: { startsWith: "c" } }) { totalCount } }',
      { after: data.pods.pageInfo.endCursor },
    );
    expect(errors?.[0]?.extensions["code"]).toBe("CURSOR_INVALID");
  });

  it("should answer from memory, and about other kinds within its time, while a cluster is slow", async () => {
    const calm = fleet.embedded.get("home")!.api.faults.slow(1_500);
    try {
      expect((await fleet.query("{ pods { complete } }")).data).toEqual({ pods: { complete: true } });
      const { data, errors } = await fleet.query(
        '{ resources(apiVersion: "v1", kind: "ServiceAccount") { totalCount readStates { state } } }',
      );
      expect(errors).toBeUndefined();
      expect(["FRESH", "SYNCING"]).toContain(data.resources.readStates[0].state);
      await eventually(async () => {
        const later = await fleet.query(
          '{ resources(apiVersion: "v1", kind: "ServiceAccount") { totalCount readStates { state } } }',
        );
        expect(later.data.resources.readStates).toEqual([{ state: "FRESH" }]);
        expect(later.data.resources.totalCount).toBeGreaterThan(3);
      });
    } finally {
      calm();
    }
  });

  it("should serve on while the disk is full, and say so", async () => {
    const metric = async (): Promise<string> => (await fetch(`${fleet.url}/metrics`)).text();
    await eventually(async () => expect(await metric()).toMatch(/^fleetgraph_cache_disk_failing 1$/m));
    expect((await fleet.query("{ pods { complete } }")).data).toEqual({ pods: { complete: true } });
    expect((await fetch(`${fleet.url}/readyz`)).status).toBe(200);
  });
});

describe("a configuration that is edited while it runs", () => {
  it("should let clusters join and leave, and keep the old fleet on a bad edit", async () => {
    const folder = await mkdtemp(join(tmpdir(), "fleetgraph-edit-"));
    const file = join(folder, "clusters.yaml");
    const of = (...names: readonly string[]): string =>
      `clusters:\n${names.map((name) => `  - name: ${name}\n    role: ${name === "home" ? "home" : "abroad"}\n    embedded: {}\n`).join("")}`;
    await writeFile(file, of("home"));
    const environment = {
      files: {
        readFile: (path: string) => files.readFile(path, "utf8"),
        access: (path: string) => files.access(path),
      },
      env: {},
      homeDir: homedir(),
      cwd: folder,
    };
    const source = createConfigSource({ type: "file", file }, {}, environment);
    const { clusters } = await source.load();
    const problems: string[] = [];
    const logger = {
      debug: () => {},
      info: () => {},
      warn: () => {},
      error: (message: string, fields?: Readonly<Record<string, unknown>>) =>
        problems.push(`${message} ${JSON.stringify(fields)}`),
      child: () => logger,
    };
    const watchFolder = (path: string, listener: () => void): (() => void) => {
      const watcher = watch(path, { persistent: false }, listener);
      return () => watcher.close();
    };
    const fleet = await startTestApp({ clusters, logger, follow: { source, watchFolder } });
    const names = async (): Promise<readonly string[]> =>
      (await fleet.query("{ clusters { nodes { name } } }")).data.clusters.nodes.map(
        ({ name }: { name: string }) => name,
      );
    try {
      expect(await names()).toEqual(["home"]);
      await writeFile(file, of("home", "paris"));
      await eventually(async () => expect(await names()).toEqual(["home", "paris"]));
      await eventually(async () => {
        const { data } = await fleet.query('{ pods(clusters: ["paris"]) { complete totalCount } }');
        expect(data.pods.complete).toBe(true);
      });
      await writeFile(file, of("home").replace("embedded", "embeded"));
      await eventually(() => expect(problems.join()).toMatch(/the old one stays.*clusters\.yaml:4.*embedded/));
      expect(await names()).toEqual(["home", "paris"]);
      await writeFile(file, of("home"));
      await eventually(async () => expect(await names()).toEqual(["home"]));
      await eventually(() => expect(fleet.embedded.get("paris")).toBeUndefined());
    } finally {
      await fleet.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("should take new persisted documents, and keep the old ones while a manifest is broken", async () => {
    const folder = await mkdtemp(join(tmpdir(), "fleetgraph-persisted-"));
    const manifest = join(folder, "documents.json");
    const file = join(folder, "clusters.yaml");
    await writeFile(manifest, JSON.stringify({ one: "{ __typename }" }));
    await writeFile(
      file,
      "clusters: [{name: home, embedded: {}}]\npersistedDocuments: {manifests: [documents.json], enforce: true}\n",
    );
    const environment = {
      files: {
        readFile: (path: string) => files.readFile(path, "utf8"),
        access: (path: string) => files.access(path),
      },
      env: {},
      homeDir: homedir(),
      cwd: folder,
    };
    const source = createConfigSource({ type: "file", file }, {}, environment);
    const { clusters, persistedDocuments } = await source.load();
    const logs: LogLine[] = [];
    const watchFolder = (path: string, listener: () => void): (() => void) => {
      const watcher = watch(path, { persistent: false }, listener);
      return () => watcher.close();
    };
    const fleet = await startTestApp({
      clusters,
      config: { persistedDocuments },
      logger: createRecordingLogger(logs),
      follow: { source, watchFolder },
    });
    const ask = async (documentId: string): Promise<unknown> => {
      const body = JSON.stringify({ documentId });
      const headers = { "content-type": "application/json" };
      const response = await fetch(`${fleet.url}/graphql`, { method: "POST", headers, body });
      return ((await response.json()) as { readonly data?: unknown }).data;
    };
    try {
      expect([await ask("one"), await ask("two")]).toEqual([{ __typename: "Query" }, undefined]);
      await writeFile(manifest, "{");
      await eventually(() => expect(JSON.stringify(logs)).toMatch(/the old one stays.*documents\.json: must be JSON/));
      expect([await ask("one"), await ask("two")]).toEqual([{ __typename: "Query" }, undefined]);
      await writeFile(manifest, JSON.stringify({ two: "{ __typename }" }));
      await eventually(async () =>
        expect([await ask("one"), await ask("two")]).toEqual([undefined, { __typename: "Query" }]),
      );
    } finally {
      await fleet.stop();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
