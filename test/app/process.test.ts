import { mkdir, mkdtemp, readFile, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient } from "graphql-ws";
import { WebSocket } from "ws";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { buildFleetgraph, startFleetgraph } from "../support/fleetgraph-process.ts";
import type { FleetgraphProcess } from "../support/fleetgraph-process.ts";

/** All that lies in the packs of pods. */
async function packedText(fleetFolder: string): Promise<string> {
  const files = await readdir(fleetFolder, { recursive: true });
  const packs = files.filter((name) => name.endsWith("/pods.pack"));
  return (await Promise.all(packs.map((name) => readFile(join(fleetFolder, name), "latin1")))).join();
}

/** One process plays the clusters (embedded ones), another is fleetgraph on their kubeconfig. */
describe("fleetgraph as a process", () => {
  let folder: string;
  let clusters: FleetgraphProcess;
  const started: FleetgraphProcess[] = [];

  const start = async (args: readonly string[], cwd = folder): Promise<FleetgraphProcess> => {
    const fleetgraph = await startFleetgraph({ args, cwd });
    started.push(fleetgraph);
    return fleetgraph;
  };
  const onClusters = (): Promise<FleetgraphProcess> =>
    start(
      ["--kubeconfig", join(folder, ".fleetgraph", "kubeconfig"), "--context", "home", "--context", "paris"],
      join(folder, "client"),
    );
  const podsQuery =
    "{ pods { complete totalCount nodes { name namespace uid node { name } } readStates { cluster { name } state } } }";

  beforeAll(async () => {
    await buildFleetgraph();
    folder = await mkdtemp(join(tmpdir(), "fleetgraph-process-"));
    await mkdir(join(folder, "client"));
    clusters = await startFleetgraph({ cwd: folder });
    await eventually(async () => {
      const { data } = await clusters.query(
        "{ pods(where: {ready: {eq: true}}) { totalCount } workloads(where: {owner: null, health: {state: {in: [DEGRADED, DOWN, UNKNOWN]}}}) { totalCount } }",
      );
      expect(data.pods.totalCount).toBeGreaterThan(20);
      // The two that the seed has broken.
      expect(data.workloads.totalCount).toBe(2);
    }, 30_000);
  }, 60_000);
  afterEach(async () => {
    for (const fleetgraph of started.splice(0)) await fleetgraph.kill("SIGKILL");
  });
  afterAll(async () => {
    await clusters?.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true });
  });

  it("should write a kubeconfig of the embedded clusters that only its owner may read", async () => {
    const { mode } = await stat(join(folder, ".fleetgraph", "kubeconfig"));
    expect(mode & 0o777).toBe(0o600);
    expect(clusters.stdout()).toContain(".fleetgraph/kubeconfig");
  });

  it("should load what it loads late as an executable as well, from the code that was kept", async () => {
    const cwd = join(folder, "executable");
    await mkdir(cwd);
    const args = ["--kubeconfig", join(folder, ".fleetgraph", "kubeconfig"), "--context", "home"];
    for (const given of [args, []]) {
      const fleetgraph = await startFleetgraph({ args: given, cwd, sourceMaps: false });
      started.push(fleetgraph);
      await eventually(async () => {
        const { data } = await fleetgraph.query("{ pods { complete totalCount } }");
        expect(data.pods).toEqual({ complete: true, totalCount: expect.any(Number) });
      }, 20_000);
      expect(fleetgraph.stderr()).not.toMatch(/ERR_|Warning/);
      await fleetgraph.kill("SIGTERM");
    }
  }, 60_000);

  it("should give the same answers after kill -9 and a restart, first from disk with every cluster out of reach", async () => {
    const first = await onClusters();
    const before = await eventually(async () => {
      const { data } = await first.query(podsQuery);
      expect(data.pods.complete).toBe(true);
      expect(data.pods.readStates.map(({ state }: { state: string }) => state)).toEqual(["FRESH", "FRESH"]);
      return data.pods;
    }, 20_000);
    await eventually(async () => {
      const packs = await packedText(join(folder, "client", "cache", "fleetgraph", "fleet"));
      for (const { uid } of before.nodes) expect(packs).toContain(uid);
    });
    await first.kill("SIGKILL");
    process.kill(clusters.pid, "SIGSTOP");
    try {
      const second = await onClusters();
      const { data } = await second.query(podsQuery);
      expect(data.pods.nodes).toEqual(before.nodes);
      expect(data.pods.readStates.map(({ state }: { state: string }) => state)).toEqual(["STALE", "STALE"]);
      process.kill(clusters.pid, "SIGCONT");
      await eventually(async () => {
        const { data: now } = await second.query(podsQuery);
        expect(now.pods).toEqual(before);
      }, 20_000);
    } finally {
      process.kill(clusters.pid, "SIGCONT");
    }
  }, 60_000);

  it("should stop gracefully on SIGTERM: streams are told, the exit code is 0", async () => {
    const fleetgraph = await onClusters();
    const client = createClient({
      url: `${fleetgraph.url.replace("http", "ws")}/graphql`,
      webSocketImpl: WebSocket,
      retryAttempts: 0,
    });
    const stream = client.iterate({ query: "subscription { podsChanged { type } }" });
    expect((await stream.next()).value).toBeDefined();
    const ended = (async () => {
      const messages: unknown[] = [];
      for await (const message of stream) messages.push(message);
      return messages;
    })().catch((error: unknown) => error);
    expect(await fleetgraph.kill("SIGTERM")).toBe(0);
    expect(JSON.stringify(await ended)).toMatch(/SHUTTING_DOWN|1001/);
  });

  it("should answer about an unreadable configuration with every mistake and exit code 1", async () => {
    await expect(startFleetgraph({ cwd: folder, args: ["--config", "nowhere.yaml"] })).rejects.toThrow(
      /exited with 1: .*nowhere\.yaml/s,
    );
    await expect(startFleetgraph({ cwd: folder, args: ["--prot", "1"] })).rejects.toThrow(/exited with 2: .*--port/s);
  });
});
