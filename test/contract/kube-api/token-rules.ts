import { beforeAll, expect, it } from "vitest";
import type { CallAs, Json, SuiteClient } from "./kube-api-under-test.ts";

const own = "https://kubernetes.default.svc";
const whoami = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

/** TokenRequest, TokenReview, and bearer tokens at the door. */
export function tokenRules(suite: { readonly client: SuiteClient }): void {
  const accounts = (...rest: readonly string[]): string => suite.client.at("v1", "serviceaccounts", ...rest);
  const request = (name: string, spec: Json, more: Json = {}): ReturnType<SuiteClient["post"]> =>
    suite.client.post(accounts(name, "token"), { spec, ...more });
  const tokenOf = async (name: string, spec: Json = {}): Promise<string> => (await request(name, spec)).body.status.token; // prettier-ignore
  const review = async (token: string, audiences?: readonly string[]): Promise<Json> => {
    const spec = { token, ...(audiences === undefined ? {} : { audiences }) };
    return (await suite.client.post("/apis/authentication.k8s.io/v1/tokenreviews", { spec })).body;
  };
  const bearer = (token: string): CallAs => suite.client.nobody({ authorization: `Bearer ${token}` });
  const account = async (name: string): Promise<Json> => (await suite.client.post(accounts(), { metadata: { name } })).body; // prettier-ignore

  beforeAll(async () => void (await account("bot")));

  it("MUST make a token for a ServiceAccount that says who it is, for whom and until when", async () => {
    const { status, body } = await request("bot", { audiences: ["vault"], expirationSeconds: 900 });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      kind: "TokenRequest",
      metadata: { name: "bot", namespace: suite.client.namespace },
      spec: { audiences: ["vault"], expirationSeconds: 900 },
    });
    const claims = JSON.parse(Buffer.from(body.status.token.split(".")[1], "base64url").toString("utf8"));
    expect(claims).toMatchObject({
      aud: ["vault"],
      iss: own,
      sub: `system:serviceaccount:${suite.client.namespace}:bot`,
      "kubernetes.io": { namespace: suite.client.namespace, serviceaccount: { name: "bot" } },
    });
    expect(claims.exp - claims.iat).toBe(900);
    expect(Date.parse(body.status.expirationTimestamp)).toBe(claims.exp * 1000);
  });

  it.each([
    ["less than 10 minutes", { expirationSeconds: 599 }, 422, "may not specify a duration less than 10 minutes"],
    ["more than 2^32 seconds", { expirationSeconds: 2 ** 33 }, 422, "may not specify a duration larger than 2^32"],
    ["a pod that is not there", { boundObjectRef: { apiVersion: "v1", kind: "Pod", name: "no" } }, 404, 'pods "no" not found'], // prettier-ignore
    ["a kind none can be bound to", { boundObjectRef: { apiVersion: "v1", kind: "ConfigMap", name: "no" } }, 400, "cannot bind token to object of type /v1, Kind=ConfigMap"], // prettier-ignore
  ])("MUST refuse a token for %s", async (_what, spec, status, message) => {
    const answer = await request("bot", spec);
    expect([answer.status, answer.body.message]).toEqual([status, expect.stringContaining(message)]);
  });

  it("MUST refuse a request for another kind or another account than its address names", async () => {
    expect((await request("nobody", {})).status).toBe(404);
    const named = await request("bot", {}, { metadata: { name: "other" } });
    expect([named.status, named.body.details.causes[0].field]).toEqual([422, "metadata.name"]);
    expect((await request("bot", {}, { apiVersion: "v1", kind: "Pod" })).status).toBe(400);
  });

  it("MUST say whose token it is, and for which of the audiences that asked", async () => {
    const [token, vault] = await Promise.all([tokenOf("bot"), tokenOf("bot", { audiences: ["vault", "hub"] })]);
    const { metadata } = (await suite.client.get(accounts("bot"))).body;
    expect((await review(token)).status).toEqual({
      authenticated: true,
      audiences: [own],
      user: {
        username: `system:serviceaccount:${suite.client.namespace}:bot`,
        uid: metadata.uid,
        groups: ["system:serviceaccounts", `system:serviceaccounts:${suite.client.namespace}`, "system:authenticated"],
        extra: { "authentication.kubernetes.io/credential-id": [expect.stringMatching(/^JTI=/)] },
      },
    });
    expect((await review(vault, ["hub", "else"])).status).toMatchObject({ authenticated: true, audiences: ["hub"] });
    const refused = { user: {}, error: expect.stringContaining("is invalid for the target audiences") };
    expect((await review(vault)).status).toEqual(refused);
    expect((await review(token, ["vault"])).status).toEqual(refused);
  });

  it.each([
    ["unknown", "nonsense"],
    ["shaped like a JWT", "a.b.c"],
  ])("MUST say of a token that is %s that it is nobody's", async (_what, token) => {
    const { spec, status } = await review(token);
    expect(spec).toEqual({ token });
    expect(status).toEqual({ user: {}, error: expect.stringContaining("invalid bearer token") });
  });

  it("MUST refuse a review without a token", async () => {
    const { status, body } = await suite.client.post("/apis/authentication.k8s.io/v1/tokenreviews", { spec: {} });
    expect([status, body.message]).toEqual([400, "token is required for TokenReview in authentication"]);
  });

  it("MUST know who comes with a bearer token, and answer 401 to one that is not for it", async () => {
    const username = `system:serviceaccount:${suite.client.namespace}:bot`;
    const known = await bearer(await tokenOf("bot"))("POST", whoami, {});
    expect(known.body.status.userInfo.username).toBe(username);
    for (const token of ["nonsense", "two words", await tokenOf("bot", { audiences: ["vault"] })]) {
      const { status, body } = await bearer(token)("POST", whoami, {});
      expect([status, body.reason, body.message]).toEqual([401, "Unauthorized", "Unauthorized"]);
    }
  });

  it("MUST take who shows no bearer token for anonymous", async () => {
    for (const headers of [{}, { authorization: "Basic eDp5" }, { authorization: "Bearer " }] as Record<
      string,
      string
    >[]) {
      const { status, body } = await suite.client.nobody(headers)("POST", whoami, {});
      expect([status, body.message]).toEqual([403, 'selfsubjectreviews.authentication.k8s.io is forbidden: User "system:anonymous" cannot create resource "selfsubjectreviews" in API group "authentication.k8s.io" at the cluster scope']); // prettier-ignore
      expect((await suite.client.nobody(headers)("GET", "/version")).status).toBe(200);
    }
  });

  // Each token is shown for the first time after the deletion: a real server believes one for ten seconds more that it has just seen.
  it("MUST believe no token of a ServiceAccount that is gone, nor of another one with its name", async () => {
    await account("brief");
    const tokens = await Promise.all([tokenOf("brief"), tokenOf("brief")]);
    await suite.client.delete(accounts("brief"));
    expect((await review(tokens[0])).status).toMatchObject({ user: {}, error: expect.stringContaining("brief") });
    await account("brief");
    expect((await bearer(tokens[1])("POST", whoami, {})).status).toBe(401);
  });

  it("MUST believe no token that was bound to something that is gone", async () => {
    const secrets = suite.client.at("v1", "secrets");
    await suite.client.post(secrets, { metadata: { name: "held" } });
    const boundObjectRef = { apiVersion: "v1", kind: "Secret", name: "held" };
    const [first, second] = await Promise.all([tokenOf("bot", { boundObjectRef }), tokenOf("bot", { boundObjectRef })]);
    expect((await review(first)).status.authenticated).toBe(true);
    await suite.client.delete(`${secrets}/held`);
    expect((await review(second)).status).toMatchObject({ user: {}, error: expect.any(String) });
  });
}
