import { describe, expect, it } from "vitest";
import type { EmbeddedApi } from "../../src/embedded/embedded-api.ts";
import type { UserIdentity } from "../../src/kube/identity.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import type { PolicyRule } from "../../src/kube/rbac/policy-rule.ts";
import type { Answer, Json } from "../contract/kube-api/kube-api-under-test.ts";
import { createObjects, toRbac } from "../support/embedded-users.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { call, createTestApi } from "./support/create-test-api.ts";

const whoami = "/apis/authentication.k8s.io/v1/selfsubjectreviews";
const configMaps = { group: "", version: "v1", plural: "configmaps", kind: "ConfigMap", namespaced: true };
const key = { namespace: "default", name: "a" };
const object: KubeObject = { apiVersion: "v1", kind: "ConfigMap", metadata: key };

const bearer = (api: EmbeddedApi, token: string): Promise<Answer> =>
  call(api, "POST", whoami, {}, { authorization: `Bearer ${token}` });

async function accountToken(api: EmbeddedApi, spec: Json = {}): Promise<string> {
  const accounts = "/api/v1/namespaces/default/serviceaccounts";
  await call(api, "POST", accounts, { metadata: { name: "bot" } });
  return (await call(api, "POST", `${accounts}/bot/token`, { spec })).body.status.token;
}

const jane = (realm = "test"): UserIdentity => ({ kind: "user", username: "jane", groups: [], realm });
const as = (identity: UserIdentity): { signal: AbortSignal; as: UserIdentity; fieldManager: string } => ({
  signal: new AbortController().signal,
  as: identity,
  fieldManager: "test",
});
const grant = (api: EmbeddedApi, ...verbs: readonly string[]): Promise<() => Promise<void>> => {
  const rule: Partial<PolicyRule> = { verbs, apiGroups: [""], resources: ["configmaps"] };
  return createObjects(api, toRbac("jane", { namespace: "default", rules: [rule] }, verbs.join("-")));
};

describe("tokens of an embedded cluster", () => {
  it("should be nobody's once they have expired", async () => {
    const clock = createFakeClock();
    const api = createTestApi({ clock, tokens: [{ token: "brief", username: "ann", expiresAtMs: clock.now() + 60_000 }] }); // prettier-ignore
    const token = await accountToken(api, { expirationSeconds: 600 });
    expect([(await bearer(api, "brief")).status, (await bearer(api, token)).status]).toEqual([201, 201]);
    await clock.advance(60_000);
    expect([(await bearer(api, "brief")).status, (await bearer(api, token)).status]).toEqual([401, 201]);
    await clock.advance(540_000);
    expect((await bearer(api, token)).status).toBe(401);
    const review = await call(api, "POST", "/apis/authentication.k8s.io/v1/tokenreviews", { spec: { token } });
    expect(review.body.status).toEqual({ user: {}, error: expect.stringContaining("expired") });
  });

  it("should be good in the cluster that made them alone, and as they were signed", async () => {
    const api = createTestApi();
    const token = await accountToken(api);
    const other = createTestApi();
    await accountToken(other);
    expect((await bearer(other, token)).status).toBe(401);
    const [head, payload = "", signature = ""] = token.split(".");
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    const forged = Buffer.from(JSON.stringify({ ...claims, exp: claims.exp + 1 })).toString("base64url");
    const none = Buffer.from(JSON.stringify({ alg: "none", typ: "JWT" })).toString("base64url");
    const wrong = [`${head}.${forged}.${signature}`, `${none}.${payload}.`, `${head}.${payload}.`, `${token}.`, `${head}.${payload}.${signature.slice(1)}`]; // prettier-ignore
    for (const one of wrong) expect((await bearer(api, one)).status).toBe(401);
    expect((await bearer(api, token)).status).toBe(201);
  });
});

describe("the in-process client as a user", () => {
  it("should need the same right to each verb as a request does", async () => {
    const api = createTestApi();
    const { client } = api;
    const me = as(jane());
    const watch = async (): Promise<unknown> => client.watch(configMaps, { namespace: "default", resourceVersion: "0" }, me)[Symbol.asyncIterator]().next(); // prettier-ignore
    const acts: [string, () => Promise<unknown>][] = [
      ["create", () => client.create(configMaps, object, me)],
      ["get", () => client.get(configMaps, key, me)],
      ["list", () => client.list(configMaps, { namespace: "default" }, me)],
      ["watch", watch],
      ["update", async () => client.replace(configMaps, object, me)],
      ["patch", () => client.patch(configMaps, key, { type: "merge", body: { data: { a: "b" } } }, me)],
      ["delete", () => client.delete(configMaps, key, {}, me)],
    ];
    for (const [verb, act] of acts) {
      await expect(act()).rejects.toMatchObject({ reason: "Forbidden", message: expect.stringContaining(`User "jane" cannot ${verb} resource "configmaps"`) }); // prettier-ignore
      const revoke = await grant(api, verb);
      await act();
      await revoke();
      await expect(act()).rejects.toMatchObject({ reason: "Forbidden" });
    }
  });

  it("should need the right to create for an apply that creates", async () => {
    const api = createTestApi();
    const apply = (): Promise<unknown> => api.client.patch(configMaps, key, { type: "apply", body: object, force: false }, as(jane())); // prettier-ignore
    await grant(api, "patch");
    await expect(apply()).rejects.toMatchObject({ reason: "Forbidden", message: expect.stringContaining("cannot create resource") }); // prettier-ignore
    await grant(api, "create");
    await apply();
  });

  it("should believe users of its own realm, and of others as it is told", async () => {
    const api = createTestApi({ believes: [{ realm: "home", usernamePrefix: "home:", groupsPrefix: "home:" }] });
    await grant(api, "list");
    const list = (identity: UserIdentity): Promise<unknown> => api.client.list(configMaps, { namespace: "default" }, as(identity)); // prettier-ignore
    await list(jane());
    await expect(list(jane("home"))).rejects.toMatchObject({ message: expect.stringContaining('User "home:jane"') });
    await expect(list(jane("elsewhere"))).rejects.toMatchObject({ reason: "Forbidden" });
    const masters = { ...jane(), username: "eve", groups: ["system:masters"] };
    await expect(list(masters)).rejects.toMatchObject({ reason: "Forbidden" });
  });
});
