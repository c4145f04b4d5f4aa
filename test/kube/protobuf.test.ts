import { readFile, access } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConnection } from "../../src/config/load-connection.ts";
import type { KubeListItem, ListQuery, WatchEvent } from "../../src/kube/client.ts";
import { systemIdentity } from "../../src/kube/identity.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { kubeTypes } from "../../src/kube/protobuf/kube-types.ts";
import { createMessageTypes } from "../../src/kube/protobuf/message-types.ts";
import { toApiVersion } from "../../src/kube/resource-id.ts";
import type { ApiResource, ResourceId } from "../../src/kube/resource-id.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { createKubeClient } from "../../src/transport/kube-client.ts";
import type { HttpClusterLink } from "../../src/transport/kube-client.ts";
import { kubeAssets, needsKube, startRealCluster } from "../support/real-clusters.ts";
import type { RealCluster } from "../support/real-clusters.ts";
import { createRecordingLogger } from "../support/recording-logger.ts";
import type { LogLine } from "../support/recording-logger.ts";
import { richObjects, richStatuses } from "./protobuf-worlds.ts";

type ObjectEvent = Extract<WatchEvent, { readonly object: unknown }>;

const options = () => ({ signal: new AbortController().signal, as: systemIdentity("test") });
const write = () => ({ ...options(), fieldManager: "fleetgraph/test" });
/** Short lists come in protobuf, longer ones by pages in JSON. */
const [inProtobuf, inJson]: readonly ListQuery[] = [
  { limit: 50, inPieces: true },
  { limit: 500, inPieces: true },
];

describe.skipIf(kubeAssets === undefined)(`protobuf of a real kube-apiserver (${needsKube})`, () => {
  const lines: LogLine[] = [];
  const logger = createRecordingLogger(lines);
  let cluster: RealCluster;
  let client: HttpClusterLink;
  let served: readonly ApiResource[];

  const resourceOf = (of: { readonly apiVersion?: unknown; readonly kind?: unknown }): ResourceId => {
    const found = served.find((each) => each.kind === of.kind && toApiVersion(each) === of.apiVersion);
    if (found === undefined) throw new Error(`${String(of.apiVersion)} ${String(of.kind)} is not served`);
    return found;
  };
  const items = async (resource: ResourceId, query: ListQuery): Promise<readonly KubeListItem[]> => {
    const found: KubeListItem[] = [];
    let next: string | undefined;
    do {
      const page = await client.list(resource, { ...query, ...(next === undefined ? {} : { continue: next }) }, options()); // prettier-ignore
      if (page.pieces === undefined && page.items.length > 0) throw new Error(`${resource.plural} cannot be cut`);
      found.push(...(page.pieces ?? []));
      next = page.continue;
    } while (next !== undefined);
    return found;
  };

  /** So many objects as a watch from nowhere adds them, by name. */
  const told = async (resource: ResourceId, count: number, inPieces: boolean): Promise<Map<string, ObjectEvent>> => {
    const events = new Map<string, ObjectEvent>();
    if (count === 0) return events;
    for await (const event of client.watch(resource, { resourceVersion: "0", inPieces }, options())) {
      if (!("object" in event)) continue;
      const { namespace, name } = (event.object as KubeObject).metadata;
      events.set(`${resource.plural} ${namespace ?? ""}/${name}`, event);
      if (events.size === count) break;
    }
    return events;
  };

  beforeAll(async () => {
    cluster = await startRealCluster({ name: "protobuf", port: 21_930 });
    const connection = await loadConnection(
      { type: "kubeconfig", path: cluster.kubeconfig, context: "protobuf" },
      {
        files: { readFile: (path) => readFile(path, "utf8"), access: (path) => access(path) },
        env: {},
        homeDir: "/",
        cwd: "/",
      },
    );
    const fixed = { clock: systemClock, random: Math.random, environment: {}, writable: true };
    client = createKubeClient({ cluster: "protobuf", connection, logger, ...fixed });
    served = await client.discover(options());
    const refused: string[] = [];
    for (const object of richObjects as readonly KubeObject[]) {
      const resource = resourceOf(object);
      const { metadata } = object;
      const named = resource.namespaced ? { ...object, metadata: { ...metadata, namespace: "default" } } : object;
      await client.create(resource, named, write()).catch((error: unknown) => {
        refused.push(`${object.kind} ${metadata.name}: ${String(error)}`);
      });
    }
    expect(refused).toEqual([]);
    for (const { kind, name, status } of richStatuses) {
      const resource = resourceOf(richObjects.find((object) => (object as KubeObject).kind === kind) ?? {});
      const which = resource.namespaced ? { namespace: "default", name } : { name };
      await client.patch(resource, which, { type: "merge", body: { status } }, { ...write(), subresource: "status" });
    }
    await cluster.kubectl("debug", "-n", "default", "rich", "--image=example.com/debug", "--profile=general", "--attach=false"); // prettier-ignore
  }, 120_000);
  afterAll(async () => {
    await client?.close();
    await cluster?.down();
  });

  it("should read every kind that is known and served as its JSON says, byte for byte", async () => {
    const types = createMessageTypes(kubeTypes);
    const known = served.filter((resource) => types.ofKind(toApiVersion(resource), resource.kind) !== undefined);
    expect(known.map(({ kind }) => kind)).toEqual(expect.arrayContaining(["Pod", "Secret", "Lease", "CronJob"]));
    const hpa = served.find(({ kind }) => kind === "HorizontalPodAutoscaler");
    const all = [...known, ...(hpa === undefined ? [] : [{ ...hpa, version: "v1" }])];
    const empty: string[] = [];
    for (const resource of all) {
      // One after the other: events of the cluster itself would differ.
      // What is not stored has no version: the server makes it up.
      if (!resource.verbs.includes("list") || resource.kind === "ComponentStatus") continue;
      const plain = await items(resource, inJson!);
      const read = await items(resource, inProtobuf!);
      const texts = read.map(({ json }) => {
        if (typeof json === "string") throw new Error(`${resource.plural} came as JSON`);
        return json.text();
      });
      expect(read.map(({ value }) => value)).toEqual(plain.map(({ value }) => value));
      expect(texts, resource.plural).toEqual(plain.map(({ json }) => json));
      if (texts.length === 0) empty.push(resource.kind);
    }
    expect(lines.filter(({ message }) => message.includes("protobuf"))).toEqual([]);
    expect(empty).toEqual([]);
  });

  it("should be told of every kind by a watch in protobuf as by one in JSON", async () => {
    const types = createMessageTypes(kubeTypes);
    let compared = 0;
    for (const resource of served) {
      if (!resource.verbs.includes("watch") || types.ofKind(toApiVersion(resource), resource.kind) === undefined) continue; // prettier-ignore
      const { length } = await items(resource, inJson!);
      const [plain, read] = [await told(resource, length, false), await told(resource, length, true)];
      for (const [key, { type, object, json }] of read) {
        if (json === undefined || typeof json === "string") throw new Error(`${resource.plural} came as JSON`);
        const { managedFields: _left, ...metadata } = (plain.get(key)!.object as KubeObject).metadata;
        const expected = { ...(plain.get(key)!.object as KubeObject), metadata };
        expect({ type, object }, key).toEqual({ type: "ADDED", object: expected });
        expect(JSON.parse(json.text()), key).toEqual(expected);
        compared++;
      }
    }
    expect(compared).toBeGreaterThan(50);
    expect(lines.filter(({ message }) => message.includes("protobuf"))).toEqual([]);
  });

  it("should follow changes and deletions in protobuf, until the server ends the watch", async () => {
    const configMaps = resourceOf({ apiVersion: "v1", kind: "ConfigMap" });
    const { resourceVersion } = await client.list(configMaps, inProtobuf!, options());
    const name = { namespace: "default", name: "followed" };
    await client.create(configMaps, { apiVersion: "v1", kind: "ConfigMap", metadata: name, data: { a: "1" } }, write());
    await client.patch(configMaps, name, { type: "merge", body: { data: { a: "2" } } }, write());
    await client.delete(configMaps, name, {}, write());
    const events: string[] = [];
    // The server ends it after a second, with a bookmark if it has anything to say by then.
    for await (const event of client.watch(
      configMaps,
      { resourceVersion, timeoutSeconds: 3, inPieces: true },
      options(),
    ))
      // prettier-ignore
      if ("object" in event) events.push(`${event.type} ${String((event.object as { data?: { a?: string } }).data?.a)}`);
    expect(events).toEqual(["ADDED 1", "MODIFIED 2", "DELETED 2"]);
  });

  it("should say in protobuf what went wrong as it says it in JSON", async () => {
    const pods = resourceOf({ apiVersion: "v1", kind: "Pod" });
    const failure = (query: ListQuery) => client.list(pods, query, options()).then(() => undefined, (error: unknown) => error); // prettier-ignore
    const wrong = { labelSelector: "a in (" };
    const { reason, message, status } = (await failure({ ...inJson, ...wrong })) as { reason: string; message: string; status: number }; // prettier-ignore
    expect(status).toBe(400);
    expect(await failure({ ...inProtobuf, ...wrong })).toMatchObject({ reason, message, status });
  });
});
