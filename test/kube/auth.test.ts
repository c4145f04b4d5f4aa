import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Clock } from "../../src/lib/clock.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { eventually } from "../support/eventually.ts";
import { kubeAssets, needsKube, startRealCluster } from "../support/real-clusters.ts";
import type { RealCluster } from "../support/real-clusters.ts";
import { kubeconfigCluster, startTestApp, tokenMode } from "../support/start-test-app.ts";
import type { GraphqlAnswer, TestApp } from "../support/start-test-app.ts";

const audience = "fleetgraph";
const robot = "system:serviceaccount:team:robot";
const maps =
  '{ viewer { username realm groups } resources(apiVersion: "v1", kind: "ConfigMap") { nodes { name cluster { name } } } }';
const stream = 'subscription { resourcesChanged(apiVersion: "v1", kind: "ConfigMap") { type } }';

describe.skipIf(kubeAssets === undefined)(`callers with tokens of two real control planes (${needsKube})`, () => {
  let home: RealCluster;
  let abroad: RealCluster;
  let fleet: TestApp;
  /** Real tokens live for ten minutes at least: time goes on by hand. */
  let aheadMs = 0;
  const clock: Clock = { ...systemClock, now: () => systemClock.now() + aheadMs };

  const tokenFor = async (cluster: RealCluster, name: string, ...more: string[]): Promise<string> =>
    (await cluster.kubectl("create", "token", name, "-n", "team", ...more)).trim();
  const ask = (token: string, query = maps): Promise<GraphqlAnswer> => fleet.query(query, {}, token);
  const codeOf = async (token: string): Promise<unknown> => (await ask(token)).errors?.[0]?.extensions["code"];
  const namesOf = ({ data }: GraphqlAnswer): string[] =>
    data.resources.nodes
      .filter(({ name }: { name: string }) => name !== "kube-root-ca.crt")
      .map(({ name, cluster }: { name: string; cluster: { name: string } }) => `${cluster.name}/${name}`);
  /** The errors that end a stream, as JSON. */
  const endOf = async (messages: AsyncIterable<unknown>, onMessage = (): void => {}): Promise<string> => {
    try {
      for await (const _ of messages) onMessage();
      return "";
    } catch (error) {
      return JSON.stringify(error);
    }
  };

  beforeAll(async () => {
    [home, abroad] = await Promise.all([
      startRealCluster({ name: "home", port: 23_200 }),
      startRealCluster({ name: "abroad", port: 23_210 }),
    ]);
    for (const cluster of [home, abroad]) {
      await cluster.kubectl("create", "namespace", "team");
      // No controllers run that would fill the role `view`.
      await cluster.kubectl("create", "clusterrole", "reader", "--verb=get,list,watch", "--resource=configmaps");
      await cluster.kubectl("create", "serviceaccount", "robot", "-n", "team");
      await cluster.kubectl("create", "configmap", `of-${cluster.name}`, "-n", "team");
      await cluster.kubectl("create", "configmap", "elsewhere", "-n", "default");
    }
    const view = ["--clusterrole", "reader", "-n", "team"];
    await home.kubectl("create", "rolebinding", "robot", "--serviceaccount", "team:robot", ...view);
    fleet = await startTestApp({
      clusters: [
        kubeconfigCluster("home", home.kubeconfig, { role: "home" }),
        kubeconfigCluster("abroad", abroad.kubeconfig, {
          identities: [{ realm: "home", usernamePrefix: "home:", groupsPrefix: "home:" }],
        }),
      ],
      config: { auth: { ...tokenMode, audiences: [audience], cacheMs: 500, refusedMs: 100, recheckMs: 1_000 } },
      clock,
    });
    const token = await tokenFor(home, "robot", "--audience", audience);
    await eventually(async () => expect(namesOf(await ask(token))).toEqual(["home/of-home"]), 30_000);
  });
  afterAll(async () => {
    await fleet?.stop();
    await Promise.all([home?.down(), abroad?.down()]);
  });

  it("should take a ServiceAccount's token that was made for us, and see what it may see", async () => {
    const answer = await ask(await tokenFor(home, "robot", "--audience", audience));
    expect(answer.errors).toBeUndefined();
    expect(answer.data.viewer).toEqual({
      username: robot,
      realm: "home",
      groups: ["system:serviceaccounts", "system:serviceaccounts:team", "system:authenticated"],
    });
    expect(namesOf(answer)).toEqual(["home/of-home"]);
  });

  it("should take none that was made for the API server, or for others", async () => {
    expect(await codeOf(await tokenFor(home, "robot"))).toBe("UNAUTHENTICATED");
    expect(await codeOf(await tokenFor(home, "robot", "--audience", "else"))).toBe("UNAUTHENTICATED");
    const token = await tokenFor(home, "robot", "--audience", audience);
    // And ours opens nothing there.
    const server = "https://127.0.0.1:23200";
    const anonymous = ["--kubeconfig=/dev/null", "--server", server, "--insecure-skip-tls-verify", "--token", token];
    const there = home.kubectl(...anonymous, "get", "configmaps", "-n", "team");
    await expect(there).rejects.toThrow(/Unauthorized|logged in/);
    const [head, payload, signature] = token.split(".");
    const claims = JSON.parse(Buffer.from(payload!, "base64url").toString()) as Record<string, unknown>;
    const forge = (header: object, changed: object): string =>
      [header, { ...claims, ...changed }]
        .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
        .join(".");
    const own = JSON.parse(Buffer.from(head!, "base64url").toString()) as object;
    for (const forged of [
      `${head}.${payload}.${signature!.slice(0, -4)}AAAA`,
      `${head}.${payload}.`,
      `${forge({ alg: "none" }, {})}.`,
      `${forge({ ...own, alg: "HS256" }, {})}.${signature}`,
      `${forge({ ...own, kid: "../../../etc/passwd" }, {})}.${signature}`,
      `${forge(own, { sub: "system:admin" })}.${signature}`,
      `${forge(own, { aud: [audience, "else"] })}.${signature}`,
      `${forge(own, { exp: 4e9 })}.${signature}`,
      `${forge(own, { iss: "https://evil.example" })}.${signature}`,
    ]) {
      expect(await codeOf(forged)).toBe("UNAUTHENTICATED");
    }
  });

  it("should tell apart the ServiceAccounts of one name, and know each abroad by its prefix alone", async () => {
    const [ofHome, ofAbroad] = [
      await tokenFor(home, "robot", "--audience", audience),
      await tokenFor(abroad, "robot", "--audience", audience),
    ];
    expect((await ask(ofAbroad)).data.viewer).toMatchObject({ username: robot, realm: "abroad" });
    expect(namesOf(await ask(ofAbroad))).toEqual([]);
    await abroad.kubectl(
      "create",
      "rolebinding",
      "h",
      "-n",
      "team",
      "--clusterrole",
      "reader",
      "--user",
      `home:${robot}`,
    );
    await eventually(async () => {
      expect(namesOf(await ask(ofHome))).toEqual(["home/of-home", "abroad/of-abroad"]);
    }, 15_000);
    expect(namesOf(await ask(ofAbroad))).toEqual([]);
    await abroad.kubectl("delete", "rolebinding", "h", "-n", "team");
  });

  it("should show tokens to no cluster but their own (T20)", async () => {
    const reviews = async (cluster: RealCluster): Promise<number> =>
      (await cluster.requests()).filter(({ requestURI }) => requestURI.includes("/tokenreviews")).length;
    const [atHome, abroadBefore] = [await reviews(home), await reviews(abroad)];
    for (let i = 0; i < 5; i++) {
      expect(await codeOf(await tokenFor(home, "robot", "--audience", audience))).toBeUndefined();
    }
    expect([await reviews(home), await reviews(abroad)]).toEqual([atHome + 5, abroadBefore]);
  });

  it("should refuse the token of a deleted ServiceAccount within the cache time, and end its stream", async () => {
    await home.kubectl("create", "serviceaccount", "brief", "-n", "team");
    const view = ["--clusterrole", "reader", "-n", "team"];
    await home.kubectl("create", "rolebinding", "brief", "--serviceaccount", "team:brief", ...view);
    const token = await tokenFor(home, "brief", "--audience", audience);
    await eventually(async () => expect(namesOf(await ask(token))).toEqual(["home/of-home"]));
    let messages = 0;
    const ended = endOf(fleet.subscribe(stream, {}, token), () => (messages += 1));
    await eventually(() => expect(messages).toBeGreaterThan(0));
    await home.kubectl("delete", "serviceaccount", "brief", "-n", "team");
    // kube-apiserver itself believes a token for ten seconds after it has seen it.
    await eventually(async () => expect(await codeOf(token)).toBe("UNAUTHENTICATED"), 20_000);
    expect(await ended).toContain('"code":"UNAUTHENTICATED"');
  });

  it("should end a stream when its token expires, and take the token no more", async () => {
    const token = await tokenFor(home, "robot", "--audience", audience, "--duration", "10m");
    let messages = 0;
    const ended = endOf(fleet.subscribe(stream, {}, token), () => (messages += 1));
    await eventually(() => expect(messages).toBeGreaterThan(0));
    aheadMs = 601_000;
    expect(await ended).toContain('"code":"TOKEN_EXPIRED"');
    expect(await codeOf(token)).toBe("TOKEN_EXPIRED");
    aheadMs = 0;
  });

  it("should let nobody in by a realm that is paused, and everybody else as ever", async () => {
    const [ofHome, ofAbroad] = [
      await tokenFor(home, "robot", "--audience", audience),
      await tokenFor(abroad, "robot", "--audience", audience),
    ];
    expect([await codeOf(ofHome), await codeOf(ofAbroad)]).toEqual([undefined, undefined]);
    await abroad.act("pause");
    try {
      await eventually(async () => expect(await codeOf(ofAbroad)).toBe("AUTHZ_UNAVAILABLE"), 20_000);
      expect(await codeOf(ofHome)).toBeUndefined();
    } finally {
      await abroad.act("resume");
    }
    await eventually(async () => expect(await codeOf(ofAbroad)).toBeUndefined(), 30_000);
  });
});
