import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { toKubeconfig } from "../../src/embedded/world/embedded-kubeconfig.ts";
import { eventually } from "../support/eventually.ts";
import { embeddedCluster, kubeconfigCluster, startTestApp } from "../support/start-test-app.ts";
import type { TestApp } from "../support/start-test-app.ts";

interface Message {
  readonly type: string;
  readonly cursor: string | null;
  readonly objects: readonly { readonly name: string }[];
}

/** As of a replica that saw another event last: no log of ours knows it. */
function foreign(cursor: string | null | undefined): string {
  const [format, hash, positions, rights] = JSON.parse(Buffer.from(cursor ?? "", "base64url").toString()) as [
    number,
    string,
    [string, string, string][],
    string,
  ];
  const moved = positions.map(([key, version]) => [key, version, "00000000"]);
  return Buffer.from(JSON.stringify([format, hash, moved, rights])).toString("base64url");
}

/** Two replicas of fleetgraph on the same clusters. */
describe("replicas", () => {
  let folder: string;
  let first: TestApp;
  let second: TestApp;

  const take = async (fleet: TestApp, after?: string | null): Promise<Message[]> => {
    const messages: Message[] = [];
    const query =
      'subscription ($after: String) { resourcesChanged(apiVersion: "v1", kind: "Namespace", labelSelector: "replicas", after: $after) { type cursor objects { name } } }';
    for await (const message of fleet.subscribe(query, { after })) {
      messages.push(message as Message);
      if ((message as Message).type === "SYNCED") break;
    }
    return messages;
  };
  const namespace = (name: string, value: string) =>
    first.query(
      'mutation ($manifest: JSON!) { applyResource(input: { cluster: "home", force: true, manifest: $manifest }) { object { name } } }',
      { manifest: { apiVersion: "v1", kind: "Namespace", metadata: { name, labels: { replicas: value } } } },
    );
  const seenBySecond = (name: string, value: string) =>
    eventually(async () => {
      const { data } = await second.query(`{ namespaces(labelSelector: "replicas=${value}") { nodes { name } } }`);
      expect(data.namespaces.nodes).toContainEqual({ name });
    });

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "fleetgraph-replicas-"));
    first = await startTestApp({ clusters: [embeddedCluster("home", { role: "home" })] });
    const home = await eventually(() => {
      const cluster = first.embedded.get("home");
      if (cluster === undefined) throw new Error("home has not started");
      return cluster;
    });
    const path = join(folder, "kubeconfig");
    await writeFile(path, toKubeconfig([home]));
    second = await startTestApp({ clusters: [kubeconfigCluster("home", path, { role: "home" })] });
  }, 30_000);
  afterAll(async () => {
    await second?.stop();
    await first?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it("should resume on another replica with exactly what was missed", async () => {
    await namespace("kept", "1");
    const cursor = (await take(first)).at(-1)?.cursor;
    await namespace("kept", "2");
    await namespace("came", "2");
    await seenBySecond("came", "2");
    // A machine too busy to read the past within its time answers RESYNC: then again.
    await eventually(async () => {
      const missed = await take(second, foreign(cursor));
      expect(missed.map(({ type, objects }) => `${type} ${objects[0]?.name ?? ""}`.trim())).toEqual([
        "MODIFIED kept",
        "ADDED came",
        "SYNCED",
      ]);
    }, 20_000);
  }, 30_000);

  it("should resynchronise on another replica where the API server has forgotten the versions since", async () => {
    await namespace("kept", "3");
    const cursor = (await take(first)).at(-1)?.cursor;
    await namespace("kept", "4");
    await seenBySecond("kept", "4");
    first.embedded.get("home")?.api.faults.expireVersions();
    const messages = await take(second, foreign(cursor));
    expect(messages.map(({ type }) => type)).toEqual(["RESYNC", "SNAPSHOT", "SYNCED"]);
  }, 30_000);
});
