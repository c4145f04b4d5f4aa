import type { KubeClient } from "../../../src/kube/client.ts";
import { systemIdentity } from "../../../src/kube/identity.ts";
import { knownResources } from "../../../src/kube/known-resources.ts";
import type { KubeObject } from "../../../src/kube/object.ts";
import type { ResourceId } from "../../../src/kube/resource-id.ts";
import { createEmbeddedApi } from "../../../src/embedded/embedded-api.ts";
import type { EmbeddedApi } from "../../../src/embedded/embedded-api.ts";
import { createControllerManager } from "../../../src/embedded/world/controller-manager.ts";
import type { Logger } from "../../../src/lib/logger.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import type { FakeClock } from "../../support/fake-clock.ts";
import { seededRandom } from "../../embedded/support/create-test-api.ts";

export const kubelet = { startMs: 400, jobMs: 3_000, stopMs: 300 };

/** An object as it came, for tests to look into as they please. */
// oxlint-disable-next-line typescript/no-explicit-any -- a type for each path a test reads would say nothing that the expectation does not
export type Json = any;

/** An embedded API with its controllers, whose time stands still until it is moved. */
export interface World {
  readonly api: EmbeddedApi;
  readonly client: KubeClient;
  readonly clock: FakeClock;
  /** Messages of level warn and error. */
  readonly complaints: string[];
  readonly options: {
    readonly signal: AbortSignal;
    readonly as: ReturnType<typeof systemIdentity>;
    readonly fieldManager: string;
  };
  /** Until nobody writes any more. */
  settle(): Promise<void>;
  /** Moves time on by steps of at most 250 ms, settling after each. */
  after(ms: number): Promise<void>;
  create(resource: ResourceId, object: object): Promise<KubeObject>;
  /** Merge patch. */
  merge(resource: ResourceId, at: string, body: object): Promise<KubeObject>;
  get(resource: ResourceId, at: string): Json;
  list(resource: ResourceId, namespace?: string): Promise<Json[]>;
  names(resource: ResourceId, namespace?: string): Promise<string[]>;
  remove(
    resource: ResourceId,
    at: string,
    propagationPolicy?: "Background" | "Foreground" | "Orphan",
  ): Promise<unknown>;
  node(name: string, more?: { readonly labels?: object; readonly spec?: object; readonly cpu?: string }): Promise<void>;
  close(): Promise<void>;
}

export async function createWorld(nodes: readonly string[] = ["n1", "n2"]): Promise<World> {
  const clock = createFakeClock();
  const random = seededRandom(7);
  const complaints: string[] = [];
  const complain = (message: string, fields?: object): void => void complaints.push(`${message} ${String((fields as Json)?.error)}`); // prettier-ignore
  const logger: Logger = { debug() {}, info() {}, warn: complain, error: complain, child: () => logger };
  const api = createEmbeddedApi({ name: "test", clock, random, logger });
  const { client } = api;
  const stop = new AbortController();
  const manager = createControllerManager({ client, clock, random, logger, kubelet, setLogSource: (source) => api.setLogSource(source) }); // prettier-ignore
  const running = manager.run(stop.signal);
  await manager.ready;
  const options = { signal: new AbortController().signal, as: systemIdentity("test"), fieldManager: "test" };
  const toName = (at: string): { namespace?: string; name: string } => {
    const [first = "", name] = at.split("/");
    return name === undefined ? { name: first } : { namespace: first, name };
  };
  const world: World = {
    api,
    client,
    clock,
    complaints,
    options,
    async settle() {
      for (let quiet = 0, last = ""; quiet < 4; quiet++) {
        for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
        if (api.resourceVersion !== last) quiet = 0;
        last = api.resourceVersion;
      }
    },
    async after(ms) {
      await world.settle();
      for (let left = ms; left > 0; left -= 250) {
        await clock.advance(Math.min(250, left));
        await world.settle();
      }
    },
    create: async (resource, object) => (await client.create(resource, object as KubeObject, options)).object,
    merge: async (resource, at, body) =>
      (await client.patch(resource, toName(at), { type: "merge", body }, options)).object,
    get: async (resource, at) => client.get(resource, toName(at), options),
    list: async (resource, namespace) =>
      (await client.list(resource, namespace === undefined ? {} : { namespace }, options)).items as Json[],
    names: async (resource, namespace) => (await world.list(resource, namespace)).map(({ metadata }) => metadata.name),
    remove: (resource, at, propagationPolicy) =>
      client.delete(resource, toName(at), propagationPolicy === undefined ? {} : { propagationPolicy }, options),
    async node(name, { labels = {}, spec = {}, cpu = "4" } = {}) {
      const capacity = { cpu, memory: "8Gi", pods: "110" };
      const conditions = [{ type: "Ready", status: "True", reason: "KubeletReady" }];
      await world.create(knownResources.nodes, { apiVersion: "v1", kind: "Node", metadata: { name, labels }, spec, status: { capacity, conditions } }); // prettier-ignore
    },
    async close() {
      stop.abort(new Error("test over"));
      await running;
    },
  };
  for (const name of nodes) await world.node(name);
  await world.settle();
  return world;
}

export interface WorkloadOptions {
  readonly image?: string;
  readonly args?: readonly string[];
  readonly cpu?: string;
  readonly spec?: object;
  readonly pod?: object;
}

/** A workload of namespace "default" with one container. */
export function workload(kind: string, name: string, { image = "app:1", args, cpu, spec = {}, pod = {} }: WorkloadOptions = {}): object {
  const resources = cpu === undefined ? {} : { resources: { requests: { cpu } } };
  const template = {
    metadata: { labels: { app: name } },
    spec: { containers: [{ name: "main", image, ...(args === undefined ? {} : { args }), ...resources }], ...pod },
  };
  const selector = kind === "Job" ? {} : { selector: { matchLabels: { app: name } } };
  return {
    apiVersion: kind === "Job" ? "batch/v1" : "apps/v1",
    kind,
    metadata: { name, namespace: "default" },
    spec: { ...selector, ...spec, template },
  };
} // prettier-ignore
