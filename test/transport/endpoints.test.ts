import { describe, expect, it } from "vitest";
import type { EndpointChange } from "../../src/cluster/cluster-link.ts";
import { knownResources } from "../../src/kube/known-resources.ts";
import type { HttpClusterLink } from "../../src/transport/kube-client.ts";
import { eventually } from "../support/eventually.ts";
import { json, startTestApiServer } from "../support/tls-api-server.ts";
import type { TestApiServer } from "../support/tls-api-server.ts";
import { connect, connectionTo, failureOf, forever, quickLimits, serve } from "./transport-test.ts";
import { onTestFinished } from "vitest";

const { pods } = knownResources;
const name = { namespace: "shop", name: "web" };
const pod = { apiVersion: "v1", kind: "Pod", metadata: name };
const probe = { ...quickLimits.probe!, intervalMs: 20, timeoutMs: 100 };

async function three(): Promise<readonly [TestApiServer, TestApiServer, TestApiServer]> {
  const one = (): Promise<TestApiServer> => serve({ respond: (_request, response) => json(response, 200, pod) });
  return Promise.all([one(), one(), one()]);
}

async function allUp(client: HttpClusterLink): Promise<void> {
  await eventually(() => expect(client.endpoints.every(({ health }) => health.state === "UP")).toBe(true));
}

function watchChanges(client: HttpClusterLink): string[] {
  const seen: string[] = [];
  client.subscribe(({ before, after }: EndpointChange) => seen.push(`${before.health.state}>${after.health.state}`));
  return seen;
}

describe("endpoints", () => {
  it("should send 9 requests to 3 healthy endpoints as 3, 3 and 3, in order (YH-10, YH-11)", async () => {
    const servers = await three();
    const order: number[] = [];
    for (const [at, server] of servers.entries()) server.respond = (_request, response) => (order.push(at), json(response, 200, pod)); // prettier-ignore
    const client = connect(connectionTo(servers.map(({ url }) => url)), { limits: { probe } });
    await allUp(client);
    for (let call = 0; call < 9; call += 1) await client.get(pods, name, forever());
    expect(order).toEqual([0, 1, 2, 0, 1, 2, 0, 1, 2]);
  });

  it("should share the requests of a cut endpoint among the others, without an error and, once it is down, without a try (YH-11)", async () => {
    const servers = await three();
    const client = connect(connectionTo(servers.map(({ url }) => url)), { limits: { probe } });
    await allUp(client);
    for (let call = 0; call < 3; call += 1) await client.get(pods, name, forever());
    await servers[1].close();
    for (let call = 0; call < 6; call += 1) expect(await client.get(pods, name, forever())).toEqual(pod);
    await eventually(() =>
      expect(client.endpoints[1]?.health).toMatchObject({ state: "DOWN", reason: "ConnectionRefused" }),
    );
    const [before0, before2] = [servers[0].requests.length, servers[2].requests.length];
    for (let call = 0; call < 8; call += 1) await client.get(pods, name, forever());
    expect([servers[0].requests.length - before0, servers[2].requests.length - before2]).toEqual([4, 4]);
  });

  it("should send everything to the first healthy endpoint, and come back to it (YH-12)", async () => {
    const servers = await three();
    const client = connect(
      connectionTo(
        servers.map(({ url }) => url),
        { balance: "priority" },
      ),
      { limits: { probe } },
    );
    await allUp(client);
    for (let call = 0; call < 4; call += 1) await client.get(pods, name, forever());
    expect(servers.map(({ requests }) => requests.length)).toEqual([4, 0, 0]);
    await servers[0].close();
    for (let call = 0; call < 4; call += 1) await client.get(pods, name, forever());
    expect(servers.map(({ requests }) => requests.length)).toEqual([4, 4, 0]);
    await eventually(() => expect(client.endpoints[0]?.health.state).toBe("DOWN"));
    const healed = await startTestApiServer({
      port: servers[0].port,
      respond: (_request, response) => json(response, 200, pod),
    });
    onTestFinished(() => healed.close());
    await allUp(client);
    for (let call = 0; call < 4; call += 1) await client.get(pods, name, forever());
    expect(healed.requests).toHaveLength(4);
  });

  it("should send a write elsewhere where no connection could be made, once", async () => {
    const servers = await three();
    const client = connect(
      connectionTo(
        servers.map(({ url }) => url),
        { balance: "priority" },
      ),
    );
    await allUp(client);
    await servers[0].close();
    expect((await client.create(pods, pod, { ...forever(), fieldManager: "t" })).object).toEqual(pod);
    expect(servers.map(({ requests }) => requests.length)).toEqual([0, 1, 0]);
  });
});

describe("probes", () => {
  it("should mark a hung endpoint DOWN once, close its streams at once, and never hang longer than the call's own timeout (YH-19)", async () => {
    const server = await serve({
      respond: (_request, response) => void response.write('{"type":"ADDED","object":{}}\n'),
    });
    const client = connect(connectionTo([server.url]), { limits: { probe, readTimeoutMs: 200 } });
    await allUp(client);
    const changes = watchChanges(client);
    const watching = client.watch(pods, { resourceVersion: "1" }, forever())[Symbol.asyncIterator]();
    await watching.next();
    server.hangs = true;
    const broken = failureOf(watching.next());
    const begun = performance.now();
    expect(await failureOf(client.get(pods, name, forever()))).toMatchObject({ reason: expect.stringMatching(/Timeout|ConnectionFailed/u) as string }); // prettier-ignore
    expect(performance.now() - begun).toBeLessThan(1_000);
    expect(await broken).toMatchObject({ reason: "Timeout" });
    expect(client.endpoints[0]?.health).toMatchObject({ state: "DOWN", reason: "Timeout" });
    expect(client.openSockets).toBe(0);
    expect(changes).toEqual(["UP>DOWN"]);
    server.hangs = false;
    await allUp(client);
    expect(changes).toEqual(["UP>DOWN", "DOWN>UP"]);
  });

  it("should not call one lost probe a change", async () => {
    const server = await serve();
    const client = connect(connectionTo([server.url]), { limits: { probe: { ...probe, failureThreshold: 3 } } });
    await allUp(client);
    const changes = watchChanges(client);
    const before = server.probes;
    server.readiness = 500;
    await eventually(() => expect(server.probes).toBeGreaterThan(before));
    server.readiness = 200;
    const later = server.probes;
    await eventually(() => expect(server.probes).toBeGreaterThan(later + 3));
    expect(changes).toEqual([]);
  });

  it("should call an endpoint that is not ready DEGRADED, and use it only where there is no other", async () => {
    const servers = await three();
    const client = connect(connectionTo(servers.slice(0, 2).map(({ url }) => url)), { limits: { probe } });
    await allUp(client);
    servers[0].readiness = 500;
    await eventually(() => expect(client.endpoints[0]?.health).toMatchObject({ state: "DEGRADED", reason: "NotReady", message: "[-]etcd failed" })); // prettier-ignore
    const before = servers[0].requests.length;
    for (let call = 0; call < 4; call += 1) await client.get(pods, name, forever());
    expect(servers[0].requests.length).toBe(before);
    await servers[1].close();
    await eventually(() => expect(client.endpoints[1]?.health.state).toBe("DOWN"));
    expect(await client.get(pods, name, forever())).toEqual(pod);
  });

  it("should ask /version where /readyz may not be asked", async () => {
    const server = await serve({ respond: (_request, response) => json(response, 200, { gitVersion: "v1" }) });
    server.readiness = 403;
    const client = connect(connectionTo([server.url]), { limits: { probe } });
    await allUp(client);
    expect(server.requests).toContain("GET /version");
  });

  it("should be DOWN for Unauthorized where the server refuses our credentials", async () => {
    const server = await serve();
    server.readiness = 401;
    const client = connect(connectionTo([server.url]), { limits: { probe } });
    await eventually(() =>
      expect(client.endpoints[0]?.health).toMatchObject({ state: "DOWN", reason: "Unauthorized" }),
    );
  });

  it("should converge however often the link goes up and down", async () => {
    const server = await serve({ respond: (_request, response) => json(response, 200, pod) });
    const client = connect(connectionTo([server.url]), { limits: { probe } });
    await allUp(client);
    for (let flap = 0; flap < 8; flap += 1) {
      server.hangs = flap % 2 === 0;
      server.cut();
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    server.hangs = false;
    await allUp(client);
    await eventually(async () => expect(await client.get(pods, name, forever())).toEqual(pod));
  });

  it("should verify an endpoint before its first call, and again after its connection broke", async () => {
    const server = await serve({ respond: (_request, response) => json(response, 200, pod) });
    const client = connect(connectionTo([server.url]));
    const verified: string[] = [];
    client.verifyWith(async (url, signal) => {
      verified.push(await client.readIdentity(url, signal));
    });
    await client.get(pods, name, forever());
    await client.get(pods, name, forever());
    expect(verified).toEqual(["uid-1"]);
    server.respond = (_request, response) => response.socket?.resetAndDestroy();
    await failureOf(client.get(pods, name, forever()));
    server.uid = "uid-2";
    server.respond = (_request, response) => json(response, 200, pod);
    await eventually(async () => expect(await client.get(pods, name, forever())).toEqual(pod));
    expect(verified.at(-1)).toBe("uid-2");
  });
});
