import { describe, expect, it, onTestFinished } from "vitest";
import type { ClusterChange } from "../../src/cluster/cluster.ts";
import { createClusterRegistry } from "../../src/cluster/cluster-registry.ts";
import type { ConfigurableRegistry } from "../../src/cluster/cluster-registry.ts";
import type { ClusterMember } from "../../src/cluster/fleet-member.ts";
import type { PinnedIdentities } from "../../src/cluster/pinned-identities.ts";
import { systemIdentity } from "../../src/kube/identity.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { createKubeClient } from "../../src/transport/kube-client.ts";
import { eventually } from "../support/eventually.ts";
import { json, startTestApiServer } from "../support/tls-api-server.ts";
import type { Respond, TestApiServer } from "../support/tls-api-server.ts";

interface Member extends ClusterMember {
  readonly url: string;
}

const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "web", namespace: "shop" } };
const respond: Respond = (request, response) => {
  if (request.url === "/version") json(response, 200, { gitVersion: "v1.34.4" });
  else if (request.url === "/api") json(response, 200, { kind: "APIVersions", versions: ["v1"] });
  else if (request.url === "/apis") json(response, 200, { kind: "APIGroupList", groups: [] });
  else if (request.url === "/api/v1")
    json(response, 200, { resources: [{ name: "pods", kind: "Pod", namespaced: true, verbs: ["get"] }] }); // prettier-ignore
  else if (request.url?.includes("watch=")) response.write('{"type":"ADDED","object":{}}\n');
  else json(response, 200, pod);
};

async function serve(uid: string): Promise<TestApiServer> {
  const server = await startTestApiServer({ uid, respond });
  onTestFinished(() => server.close());
  return server;
}

const member = (name: string, url: string, more: Partial<Member> = {}): Member => ({
  name,
  url,
  role: name === "home" ? "home" : "abroad",
  identities: [],
  authorization: "asked",
  labels: {},
  write: true,
  ...more,
});

interface Fleet {
  readonly registry: ConfigurableRegistry<Member>;
  readonly changes: string[];
  readonly kept: Record<string, string>;
}

async function startFleet(clusters: readonly Member[], kept: Record<string, string> = {}): Promise<Fleet> {
  const state = { kept };
  const pins: PinnedIdentities = {
    load: () => Promise.resolve(state.kept),
    save(uids) {
      for (const name of Object.keys(kept)) delete kept[name];
      Object.assign(kept, uids);
      return Promise.resolve();
    },
  };
  const tools = { clock: systemClock, random: Math.random, logger: silentLogger };
  const registry = createClusterRegistry<Member>({
    ...tools,
    clusters,
    pins,
    intervals: { identityMs: 50, discoveryMinMs: 1_000 },
    connect: ({ name, url }) =>
      Promise.resolve(
        createKubeClient({
          ...tools,
          cluster: name,
          writable: true,
          environment: {},
          connection: {
            endpoints: [{ url }],
            balance: "round-robin",
            tls: { insecureSkipVerify: false },
            authentication: { type: "none" },
          },
          limits: {
            connectTimeoutMs: 300,
            readTimeoutMs: 500,
            probe: { intervalMs: 20, timeoutMs: 100, confirmMs: 5, failureThreshold: 2, successThreshold: 1 },
          },
        }),
      ),
  });
  const changes: string[] = [];
  registry.subscribe((change: ClusterChange) => {
    if (change.type !== "status") changes.push(`${change.type} ${change.cluster.name}`);
    else if (change.before.health.state !== change.after.health.state) {
      changes.push(`${change.cluster.name} ${change.before.health.state}>${change.after.health.state}`);
    }
  });
  const stop = new AbortController();
  const running = registry.run(stop.signal);
  onTestFinished(async () => {
    stop.abort();
    await running;
  });
  await registry.ready;
  return { registry, changes, kept };
}

const options = () => ({ signal: new AbortController().signal, as: systemIdentity("test") });
const getPod = (fleet: Fleet, name: string) =>
  fleet.registry.get(name)!.client.get(knownResources.pods, { namespace: "shop", name: "web" }, options());

describe("cluster registry", () => {
  it("should list home first, then by name, with version, identity and discovery after contact", async () => {
    const [a, b, home] = await Promise.all([serve("a"), serve("b"), serve("h")]);
    const fleet = await startFleet([member("b", b.url), member("home", home.url), member("a", a.url)]);
    expect(fleet.registry.list().map(({ name }) => name)).toEqual(["home", "a", "b"]);
    await eventually(() =>
      expect(fleet.registry.get("home")?.status).toMatchObject({
        identity: { state: "pinned", uid: "h" },
        version: "v1.34.4",
        health: { state: "UP" },
        endpoints: [{ url: home.url }],
        apiResources: [{ plural: "pods", kind: "Pod" }],
      }),
    );
    await eventually(() => expect(fleet.kept).toEqual({ a: "a", b: "b", home: "h" }));
  });

  it("should be ready with every cluster down, and contact one when it comes", async () => {
    const server = await serve("a");
    await server.close();
    const fleet = await startFleet([member("home", server.url)]);
    await eventually(() => expect(fleet.registry.get("home")?.status.health).toMatchObject({ state: "DOWN", reason: "ConnectionRefused" })); // prettier-ignore
    const healed = await startTestApiServer({ port: server.port, uid: "a", respond });
    onTestFinished(() => healed.close());
    await eventually(() => expect(fleet.registry.get("home")?.status).toMatchObject({ version: "v1.34.4", identity: { state: "pinned" } })); // prettier-ignore
    expect(fleet.changes).toEqual(["joined home", "home UNKNOWN>DOWN", "home DOWN>UP"]);
  });

  it("should let clusters join, leave and change without touching the others", async () => {
    const [a, b] = await Promise.all([serve("a"), serve("b")]);
    const fleet = await startFleet([member("home", a.url)]);
    const home = fleet.registry.get("home");
    fleet.registry.apply([member("home", a.url), member("b", b.url)]);
    const first = fleet.registry.get("b");
    fleet.registry.apply([member("home", a.url), member("b", b.url, { labels: { zone: "x" } })]);
    expect(first?.signal.aborted).toBe(true);
    expect(fleet.registry.get("b")?.labels).toEqual({ zone: "x" });
    fleet.registry.apply([member("home", a.url)]);
    expect(fleet.registry.get("home")).toBe(home);
    const moves = fleet.changes.filter((change) => /^(joined|left)/u.test(change));
    expect(moves).toEqual(["joined home", "joined b", "left b", "joined b", "left b"]);
    await eventually(() => expect(b.sockets.size).toBe(0));
  });

  it("should serve nothing, and end what runs, where another cluster answers under the name, until it is the right one again", async () => {
    const server = await serve("old");
    const fleet = await startFleet([member("home", server.url)]);
    expect(await getPod(fleet, "home")).toEqual(pod);
    const watching = fleet.registry.get("home")!.client.watch(knownResources.pods, { resourceVersion: "1" }, options())[Symbol.asyncIterator](); // prettier-ignore
    await watching.next();
    const ended = watching.next().catch((error: unknown) => error);
    server.uid = "new";
    expect(await ended).toMatchObject({ reason: "IdentityChanged", cluster: "home" });
    expect(fleet.registry.get("home")?.status.identity).toEqual({ state: "changed", uid: "old", found: "new" });
    await expect(getPod(fleet, "home")).rejects.toMatchObject({ reason: "IdentityChanged" });
    server.uid = "old";
    await eventually(async () => expect(await getPod(fleet, "home")).toEqual(pod));
  });

  it("should guard lists that come in parts too", async () => {
    const server = await serve("old");
    const fleet = await startFleet([member("home", server.url)]);
    const names = async (): Promise<unknown[]> => {
      const found: unknown[] = [];
      const { client } = fleet.registry.get("home")!;
      for await (const { items, pieces } of client.listParts!(knownResources.pods, {}, options())) {
        for (const value of items) found.push(value);
        for (const { value } of pieces ?? []) found.push(value);
      }
      return found.map((item) => (item as typeof pod).metadata.name);
    };
    server.respond = (request, response, body) => {
      if (request.url === "/api/v1/pods")
        json(response, 200, { kind: "PodList", metadata: { resourceVersion: "7" }, items: [{ metadata: pod.metadata }] }); // prettier-ignore
      else respond(request, response, body);
    };
    expect(await names()).toEqual(["web"]);
    server.uid = "new";
    await eventually(async () => expect(await names().catch((error: unknown) => error)).toMatchObject({ reason: "IdentityChanged" })); // prettier-ignore
  });

  it("should remember the identity over a restart, and take the new one when the operator says so", async () => {
    const server = await serve("new");
    const fleet = await startFleet([member("home", server.url)], { home: "old" });
    await expect(getPod(fleet, "home")).rejects.toMatchObject({ reason: "IdentityChanged" });
    fleet.registry.acceptIdentity("home");
    await eventually(async () => expect(await getPod(fleet, "home")).toEqual(pod));
    await eventually(() => expect(fleet.kept).toEqual({ home: "new" }));
  });

  it("should refuse the same cluster under a second name, home having the better claim, until the first leaves", async () => {
    const server = await serve("same");
    const fleet = await startFleet([member("home", server.url), member("again", server.url)]);
    await eventually(() => expect(fleet.registry.get("again")?.status.identity).toEqual({ state: "duplicate", uid: "same", of: "home" })); // prettier-ignore
    expect(fleet.registry.get("home")?.status.identity).toEqual({ state: "pinned", uid: "same" });
    await expect(getPod(fleet, "again")).rejects.toMatchObject({ reason: "IdentityChanged" });
    fleet.registry.apply([member("again", server.url)]);
    await eventually(async () => expect(await getPod(fleet, "again")).toEqual(pod));
  });

  it("should read discovery at most once a second however often it is asked", async () => {
    const server = await serve("a");
    const fleet = await startFleet([member("home", server.url)]);
    const home = fleet.registry.get("home")!;
    await Promise.all(Array.from({ length: 20 }, () => home.refreshDiscovery(new AbortController().signal)));
    for (let call = 0; call < 20; call += 1) fleet.registry.kindsChanged("home");
    expect(server.requests.filter((request) => request === "GET /apis").length).toBeLessThanOrEqual(2);
  });

  it("should not let a failing listener harm the others", async () => {
    const server = await serve("a");
    const fleet = await startFleet([]);
    const undo = fleet.registry.subscribe(() => {
      throw new Error("listener");
    });
    fleet.registry.apply([member("home", server.url)]);
    undo();
    expect(fleet.changes).toContain("joined home");
  });
});
