import { afterAll, beforeAll, expect, it } from "vitest";
import { eventually } from "../../support/eventually.ts";
import type { CallAs, Json, SuiteClient } from "./kube-api-under-test.ts";
import { coreRule, SuiteRbac } from "./suite-rbac.ts";

const authentication = "authentication.k8s.io";
const whoami = `/apis/${authentication}/v1/selfsubjectreviews`;

/** Impersonate-* headers: who they make one, and who may send them. */
export function impersonationRules(suite: { readonly client: SuiteClient }): void {
  let rbac: SuiteRbac;
  let bot: CallAs;
  const userInfo = async (headers: Record<string, string>): Promise<Json> =>
    (await suite.client.call("POST", whoami, {}, headers)).body.status?.userInfo;

  beforeAll(async () => {
    rbac = new SuiteRbac(suite.client);
    const accounts = suite.client.at("v1", "serviceaccounts");
    await suite.client.post(accounts, { metadata: { name: "proxy" } });
    const { body } = await suite.client.post(`${accounts}/proxy/token`, { spec: {} });
    bot = suite.client.nobody({ authorization: `Bearer ${body.status.token}` });
    const role = await rbac.clusterRole("impersonator", [
      { ...coreRule(["impersonate"], "users"), resourceNames: ["jane"] },
      { ...coreRule(["impersonate"], "groups"), resourceNames: ["team"] },
      { verbs: ["impersonate"], apiGroups: [authentication], resources: ["userextras/scope"], resourceNames: ["mail"] },
    ]);
    // A User subject may name a ServiceAccount as well.
    const username = `system:serviceaccount:${suite.client.namespace}:proxy`;
    const binding = rbac.toBinding(rbac.user("proxy"), role, username);
    await suite.client.post("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", binding);
    const jane = { "impersonate-user": "jane" };
    await eventually(async () => expect((await bot("POST", whoami, {}, jane)).status).toBe(201));
  });
  afterAll(async () => {
    await suite.client.delete(`/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${rbac.user("proxy")}`);
    await rbac.cleanUp();
  });

  it("MUST make one who the headers say, and system:authenticated besides", async () => {
    expect(await userInfo({ "impersonate-user": "jane", "impersonate-group": "team" })).toEqual({
      username: "jane",
      groups: ["team", "system:authenticated"],
    });
    const more = { "impersonate-uid": "u1", "impersonate-extra-example.com%2Fscope": "mail" };
    expect(await userInfo({ "impersonate-user": "jane", ...more })).toEqual({
      username: "jane",
      uid: "u1",
      groups: ["system:authenticated"],
      extra: { "example.com/scope": ["mail"] },
    });
  });

  it("MUST give a ServiceAccount its own groups unless others are said, and none to the anonymous", async () => {
    const username = `system:serviceaccount:${suite.client.namespace}:any`;
    const groups = ["system:serviceaccounts", `system:serviceaccounts:${suite.client.namespace}`];
    expect((await userInfo({ "impersonate-user": username })).groups).toEqual([...groups, "system:authenticated"]);
    const said = await userInfo({ "impersonate-user": username, "impersonate-group": "team" });
    expect(said.groups).toEqual(["team", "system:authenticated"]);
    const { status } = await suite.client.as("system:anonymous")("POST", whoami, {});
    expect(status).toBe(403);
  });

  it("MUST refuse a group that is said of nobody", async () => {
    const { status } = await suite.client.call("POST", whoami, {}, { "impersonate-group": "team" });
    expect(status).toBe(500);
  });

  it.each([
    ["a user", { "impersonate-user": "joe" }, 'users "joe" is forbidden', 'resource "users" in API group "" at the cluster scope'], // prettier-ignore
    ["a group", { "impersonate-user": "jane", "impersonate-group": "other" }, 'groups "other" is forbidden', 'resource "groups" in API group "" at the cluster scope'], // prettier-ignore
    ["the unlimited group", { "impersonate-user": "jane", "impersonate-group": "system:masters" }, 'groups "system:masters" is forbidden', 'resource "groups" in API group ""'], // prettier-ignore
    ["a uid", { "impersonate-user": "jane", "impersonate-uid": "1" }, 'uids.authentication.k8s.io "1" is forbidden', 'resource "uids" in API group "authentication.k8s.io"'], // prettier-ignore
    ["an extra", { "impersonate-user": "jane", "impersonate-extra-scope": "all" }, 'userextras.authentication.k8s.io "all" is forbidden', 'resource "userextras/scope" in API group'], // prettier-ignore
    ["a ServiceAccount", { "impersonate-user": "system:serviceaccount:kube-system:any" }, 'serviceaccounts "any" is forbidden', 'in the namespace "kube-system"'], // prettier-ignore
  ])("MUST refuse to impersonate %s without the right to", async (_what, headers, subject, why) => {
    const { status, body } = await bot("POST", whoami, {}, headers as unknown as Record<string, string>);
    expect([status, body.reason]).toEqual([403, "Forbidden"]);
    expect(body.message).toContain(subject);
    expect(body.message).toContain(`"system:serviceaccount:${suite.client.namespace}:proxy" cannot impersonate`);
    expect(body.message).toContain(why);
  });

  it("MUST obey who may impersonate that name, that group and that extra", async () => {
    const headers = { "impersonate-user": "jane", "impersonate-group": "team", "impersonate-extra-scope": "mail" };
    const { body } = await bot("POST", whoami, {}, headers);
    expect(body.status.userInfo).toMatchObject({ username: "jane", extra: { scope: ["mail"] } });
  });

  it("MUST give the rights of who is impersonated, not of who does it", async () => {
    const { status, body } = await suite.client.as("jane")("GET", suite.client.at("v1", "secrets"));
    expect([status, body.message]).toEqual([403, `secrets is forbidden: User "jane" cannot list resource "secrets" in API group "" in the namespace "${suite.client.namespace}"`]); // prettier-ignore
    expect((await suite.client.as("jane", "system:masters")("GET", suite.client.at("v1", "secrets"))).status).toBe(200);
  });
}
