import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { ClusterConfig } from "../../src/config/config.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import { createObjects, grant, serviceAccountToken, toExtras, toRbac, tokenOf } from "../support/embedded-users.ts";
import type { EmbeddedUser } from "../support/embedded-users.ts";
import { startEmbeddedFront } from "../support/embedded-front.ts";
import { eventually } from "../support/eventually.ts";
import { embeddedCluster, startTestApp, tokenMode } from "../support/start-test-app.ts";
import type { TestApp } from "../support/start-test-app.ts";
import { createTestAuthority } from "../support/tls-certificates.ts";

/** What is found out about tokens counts for moments, so that tests need not wait. */
const shortly = { ...tokenMode, cacheMs: 300, refusedMs: 100, recheckMs: 1_000 };
const ops: EmbeddedUser = { name: "ops", grants: [{ clusterRole: "cluster-admin" }] };
const everything = "{ clusters { nodes { name } } pods { totalCount complete nodes { namespace cluster { name } } } }";

/** Once the clusters are read. */
async function ready(fleet: TestApp, clusters: readonly string[]): Promise<void> {
  await eventually(async () => {
    const { data } = await fleet.query(everything, {}, tokenOf("ops"));
    expect(data.clusters.nodes.map(({ name }: { name: string }) => name)).toEqual(clusters);
    expect(data.pods.complete).toBe(true);
    expect(data.pods.totalCount).toBeGreaterThan(5);
  }, 30_000);
}

async function codeOf(fleet: TestApp, token: string | undefined, query = "{ viewer { username } }"): Promise<unknown> {
  const { errors } = await fleet.query(query, {}, token);
  return errors?.[0]?.extensions["code"];
}

describe("callers with tokens", () => {
  let fleet: TestApp;
  const serviceAccount = (name: string): KubeObject => ({
    apiVersion: "v1",
    kind: "ServiceAccount",
    metadata: { name, namespace: "shop" },
  });
  const robot = "system:serviceaccount:shop:robot";

  beforeAll(async () => {
    const paris: Partial<ClusterConfig> = {
      identities: [{ realm: "home", usernamePrefix: "home:", groupsPrefix: "home:" }],
    };
    fleet = await startTestApp({
      clusters: [embeddedCluster("home", { role: "home" }), embeddedCluster("paris", paris), embeddedCluster("tokyo")],
      config: { auth: shortly },
      users: {
        home: [ops, { name: "joe", grants: [{ namespace: "shop", clusterRole: "view" }] }, { name: "nobody" }],
        paris: [{ name: "joe-of-paris", grants: [{ namespace: "media", clusterRole: "view" }] }],
      },
    });
    for (const cluster of ["home", "paris"]) {
      await eventually(() => expect(fleet.embedded.get(cluster)).toBeDefined());
      await createObjects(fleet.embedded.get(cluster)!.api, [serviceAccount("robot")]);
    }
    await grant(fleet.embedded, "paris", "home:ops", { clusterRole: "cluster-admin" });
    await ready(fleet, ["home", "paris"]);
  });
  afterAll(() => fleet?.stop());

  it("should see what RBAC lets them see, and no more", async () => {
    const namespacesOf = async (name: string): Promise<unknown> => {
      const { data, errors } = await fleet.query(everything, {}, tokenOf(name));
      expect(errors).toBeUndefined();
      return {
        clusters: data.clusters.nodes.map((cluster: { name: string }) => cluster.name),
        namespaces: [...new Set(data.pods.nodes.map((pod: { namespace: string }) => pod.namespace))],
        isCounted: data.pods.totalCount === data.pods.nodes.length,
      };
    };
    expect(await namespacesOf("joe")).toEqual({ clusters: ["home"], namespaces: ["shop"], isCounted: true });
    expect(await namespacesOf("joe-of-paris")).toEqual({ clusters: ["paris"], namespaces: ["media"], isCounted: true });
    expect(await namespacesOf("nobody")).toEqual({ clusters: [], namespaces: [], isCounted: true });
  });

  it("should be told who they are", async () => {
    const { data } = await fleet.query("{ viewer { username groups realm } }", {}, tokenOf("joe"));
    expect(data.viewer).toEqual({ username: "joe", groups: ["system:authenticated"], realm: "home" });
  });

  it("should introspect, and be helped along, only with a token", async () => {
    const introspection = "{ __schema { queryType { name } } }";
    expect((await fleet.query(introspection, {}, tokenOf("nobody"))).data.__schema.queryType.name).toBe("Query");
    expect((await fleet.query("{ podz { totalCount } }", {}, tokenOf("nobody"))).errors?.[0]?.message).toContain(
      "pods",
    );
    const { errors } = await fleet.query("{ podz { totalCount } }");
    expect(errors?.[0]?.message).not.toContain("pods");
    expect(await codeOf(fleet, undefined, introspection)).toBe("UNAUTHENTICATED");
  });

  it("should tell apart two ServiceAccounts of one name, of two clusters", async () => {
    const api = (cluster: string) => fleet.embedded.get(cluster)!.api;
    const view = { namespace: "shop", clusterRole: "view" };
    const nodes = { rules: [{ verbs: ["get", "list", "watch"], apiGroups: [""], resources: ["nodes"] }] };
    const undo = [
      await createObjects(api("home"), toRbac(robot, view, "robot-home")),
      await createObjects(api("paris"), toRbac(robot, nodes, "robot-paris")),
      // The robot of home, as paris knows it: neither the one nor the other.
      await createObjects(api("paris"), toRbac(`home:${robot}`, { ...view, namespace: "media" }, "robot-abroad")),
    ];
    const [home, paris] = [
      await serviceAccountToken(fleet.embedded, "home", "shop", "robot"),
      await serviceAccountToken(fleet.embedded, "paris", "shop", "robot"),
    ];
    const ask =
      "{ viewer { username realm } pods { nodes { namespace cluster { name } } } nodes { nodes { cluster { name } } } }";
    const seen = async (token: string) => {
      const { data } = await fleet.query(ask, {}, token);
      const places = data.pods.nodes.map((pod: { namespace: string; cluster: { name: string } }) => `${pod.cluster.name}/${pod.namespace}`); // prettier-ignore
      const ofNodes = data.nodes.nodes.map((node: { cluster: { name: string } }) => node.cluster.name);
      return { viewer: data.viewer, pods: [...new Set<string>(places)].toSorted(), nodes: [...new Set(ofNodes)] };
    };
    await eventually(async () => {
      expect(await seen(home)).toEqual({
        viewer: { username: robot, realm: "home" },
        pods: ["home/shop", "paris/media"],
        nodes: [],
      });
      expect(await seen(paris)).toEqual({ viewer: { username: robot, realm: "paris" }, pods: [], nodes: ["paris"] });
    });
    for (const take of undo) await take();
  });

  it("should write as themselves, in their own realm and in others", async () => {
    const apply = (cluster: string, namespace: string): string =>
      `mutation { applyResource(input: {dryRun: true, cluster: "${cluster}", manifest: {apiVersion: "v1", kind: "ConfigMap", metadata: {name: "a", namespace: "${namespace}"}}}) { object { name } } }`;
    expect(await codeOf(fleet, tokenOf("ops"), apply("home", "shop"))).toBeUndefined();
    expect(await codeOf(fleet, tokenOf("ops"), apply("paris", "media"))).toBeUndefined();
    // view is no edit; and a cluster where one is nobody is as one that is not there.
    expect(await codeOf(fleet, tokenOf("joe"), apply("home", "shop"))).toBe("FORBIDDEN");
    const [absent, unknown] = await Promise.all([
      fleet.query(apply("tokyo", "shop"), {}, tokenOf("joe")),
      fleet.query(apply("tokio", "shop"), {}, tokenOf("joe")),
    ]);
    const told = (text: unknown): string => JSON.stringify(text).replaceAll(/tokyo|tokio|"requestId":"[^"]*"/g, "");
    expect(told(absent.errors)).toBe(told(unknown.errors));
  });

  it("should be let in no longer, and end on open connections, soon after their token is taken away", async () => {
    const { tokens } = fleet.embedded.get("home")!.api;
    tokens.add({ token: "brief", username: "joe" });
    const stream = fleet.subscribe("subscription { podsChanged { type } }", {}, "brief");
    expect((await stream.next()).value).toMatchObject({ type: expect.any(String) as string });
    tokens.remove("brief");
    await eventually(async () => expect(await codeOf(fleet, "brief")).toBe("UNAUTHENTICATED"));
    expect(await endOf(stream)).toContain('"code":"UNAUTHENTICATED"');
  });

  it("should be let in no longer once their ServiceAccount is deleted", async () => {
    const gone = await createObjects(fleet.embedded.get("home")!.api, [serviceAccount("brief")]);
    const token = await serviceAccountToken(fleet.embedded, "home", "shop", "brief");
    expect(await codeOf(fleet, token)).toBeUndefined();
    await gone();
    await eventually(async () => expect(await codeOf(fleet, token)).toBe("UNAUTHENTICATED"));
  });

  it("should be told TOKEN_EXPIRED on each door", async () => {
    const { tokens } = fleet.embedded.get("home")!.api;
    const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
    const token = `${encode({ alg: "none" })}.${encode({ exp: Math.ceil(Date.now() / 1000) + 1 })}.x`;
    tokens.add({ token, username: "joe" });
    const query = "subscription { podsChanged { type cursor } }";
    const headers = {
      accept: "text/event-stream",
      "content-type": "application/json",
      authorization: `Bearer ${token}`,
    };
    const [sse, socket] = await Promise.all([
      fetch(`${fleet.url}/graphql`, { method: "POST", headers, body: JSON.stringify({ query }) }).then((response) =>
        response.text(),
      ),
      endOf(fleet.subscribe(query, {}, token)),
    ]);
    expect(sse).toMatch(/SYNCED[^]*TOKEN_EXPIRED/);
    expect(socket).toContain('"code":"TOKEN_EXPIRED"');
    // By itself the cluster would still take it.
    expect(await codeOf(fleet, token)).toBe("TOKEN_EXPIRED");
  });

  it("should read figures where they may get nodes/metrics at home", async () => {
    const status = async (name: string): Promise<number> =>
      (await fetch(`${fleet.url}/metrics`, { headers: { authorization: `Bearer ${tokenOf(name)}` } })).status;
    expect([await status("ops"), await status("joe"), await status("joe-of-paris")]).toEqual([200, 403, 403]);
    const headers = { authorization: `Bearer ${tokenOf("ops")}` };
    const figures = await (await fetch(`${fleet.url}/metrics`, { headers })).text();
    expect(figures).toMatch(/fleetgraph_token_reviews_total\{cluster="home",result="yes"\} [1-9]/);
  });
});

describe("a realm out of reach", () => {
  let fleet: TestApp | undefined;
  afterEach(() => fleet?.stop());

  it("should keep out its own users alone, and not call them strangers", async () => {
    const far = await startEmbeddedFront({ name: "far", authority: await createTestAuthority() });
    for (const token of toExtras([{ name: "mia" }]).tokens) far.api.tokens.add(token);
    fleet = await startTestApp({
      clusters: [embeddedCluster("home", { role: "home" }), far.config()],
      config: { auth: shortly },
      users: { home: [ops] },
    });
    await ready(fleet, ["home"]);
    await eventually(async () => expect(await codeOf(fleet!, tokenOf("mia"))).toBeUndefined());
    expect(await codeOf(fleet, "made-up")).toBe("UNAUTHENTICATED");
    await far.server.close();
    await eventually(async () => expect(await codeOf(fleet!, tokenOf("mia"))).toBe("AUTHZ_UNAVAILABLE"));
    expect(await codeOf(fleet, tokenOf("ops"))).toBeUndefined();
    expect(await codeOf(fleet, "made-up-later")).toBe("AUTHZ_UNAVAILABLE");
  });
});

/** The errors that end a stream, as JSON. */
async function endOf(stream: AsyncIterable<unknown>): Promise<string> {
  try {
    for await (const _ of stream);
    return "";
  } catch (error) {
    return JSON.stringify(error);
  }
}
