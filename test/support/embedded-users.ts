/**
 * Users of embedded clusters. A cluster knows them by static bearer tokens, and RBAC says what they may:
 *
 *     const app = await startTestApp({
 *       clusters: [embeddedCluster("home"), embeddedCluster("paris")],
 *       users: {
 *         home: [
 *           { name: "ann", groups: ["shop-team"] },                                       // what the seed gives: `edit` in shop
 *           { name: "joe", grants: [{ namespace: "shop", clusterRole: "view" }] },
 *           { name: "sam", grants: [{ namespace: "shop", rules: [{ verbs: ["get"], apiGroups: [""], resources: ["pods"], resourceNames: ["web-0"] }] }] },
 *           { name: "ops", grants: [{ clusterRole: "cluster-admin" }] },
 *         ],
 *       },
 *     });
 *     // Authorization: `Bearer ${tokenOf("ann")}`; in another cluster the same token is nobody's unless that cluster has it, too.
 *
 * While it runs: `await grant(app.embedded, "home", "joe", { namespace: "media", clusterRole: "view" })` gives more and returns what takes it away;
 * `app.embedded.get("home")!.api.tokens.add({ token, username, groups, expiresAtMs })` and `.remove(token)` bring and take tokens;
 * `await serviceAccountToken(app.embedded, "home", "shop", "deployer")` is a real ServiceAccount's token (a JWT with `exp`), by TokenRequest.
 * For an EmbeddedApi alone: `createTestApi({ tokens: toExtras(users).tokens })`, and `createObjects(api, toExtras(users).objects)`.
 */
import { randomUUID } from "node:crypto";
import type { StaticToken } from "../../src/embedded/auth/static-tokens.ts";
import type { EmbeddedApi } from "../../src/embedded/embedded-api.ts";
import type { EmbeddedFleet } from "../../src/embedded-fleet.ts";
import { systemIdentity } from "../../src/kube/identity.ts";
import type { KubeObject } from "../../src/kube/object.ts";
import type { PolicyRule } from "../../src/kube/rbac/policy-rule.ts";
import type { ResourceId } from "../../src/kube/resource-id.ts";

/** Rights of a user: a ClusterRole that there is, or rules of their own; in one namespace, or everywhere. */
export interface TestGrant {
  readonly namespace?: string;
  readonly clusterRole?: string;
  readonly rules?: readonly Partial<PolicyRule>[];
}

export interface EmbeddedUser {
  /** User name; `tokenOf(name)` is the token. */
  readonly name: string;
  /** Besides system:authenticated. */
  readonly groups?: readonly string[];
  readonly uid?: string;
  /** Of the token, ms since the epoch. */
  readonly expiresAtMs?: number;
  readonly grants?: readonly TestGrant[];
}

/** The bearer token of a test's user. */
export function tokenOf(name: string): string {
  return `token-of-${name}`;
}

/** What an embedded cluster begins with so that it knows the users. */
export function toExtras(users: readonly EmbeddedUser[]): {
  readonly tokens: readonly StaticToken[];
  readonly objects: readonly KubeObject[];
} {
  return {
    tokens: users.map(({ name, grants: _grants, ...rest }) => ({ token: tokenOf(name), username: name, ...rest })),
    objects: users.flatMap(({ name, grants = [] }) => grants.flatMap((one, at) => toRbac(name, one, `${name}-${at}`))),
  };
}

/** Roles and bindings of one grant; ready to be created in order. */
export function toRbac(username: string, { namespace, clusterRole, rules }: TestGrant, name: string): KubeObject[] {
  const kind = namespace === undefined ? "ClusterRole" : "Role";
  const metadata = { name: `test-${name}`, ...(namespace === undefined ? {} : { namespace }) };
  const apiVersion = "rbac.authorization.k8s.io/v1";
  const roleRef =
    clusterRole === undefined ? { kind, name: metadata.name } : { kind: "ClusterRole", name: clusterRole };
  const subjects = [{ kind: "User", name: username }];
  return [
    ...(clusterRole === undefined ? [{ apiVersion, kind, metadata, rules: rules ?? [] }] : []),
    { apiVersion, kind: `${kind === "Role" ? "Role" : "ClusterRole"}Binding`, metadata, roleRef, subjects },
  ];
}

const options = { signal: new AbortController().signal, as: systemIdentity("test"), fieldManager: "test" };

function resourceOf({ apiVersion, kind }: KubeObject): ResourceId {
  const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
  const plural = `${kind.toLowerCase()}s`;
  return { group: group!, version: version!, plural, kind, namespaced: !kind.startsWith("Cluster") };
}

/** Creates them as the administrator; returns what deletes them again. */
export async function createObjects(api: EmbeddedApi, objects: readonly KubeObject[]): Promise<() => Promise<void>> {
  for (const object of objects) await api.client.create(resourceOf(object), object, options);
  return async () => {
    for (const object of objects) await api.client.delete(resourceOf(object), object.metadata, {}, options);
  };
}

/** Gives a user of a running embedded cluster more; returns what takes it away again. */
export async function grant(
  fleet: EmbeddedFleet,
  cluster: string,
  username: string,
  rights: TestGrant,
): Promise<() => Promise<void>> {
  return createObjects(apiOf(fleet, cluster), toRbac(username, rights, `${username}-${randomUUID().slice(0, 8)}`));
}

/** A new token of a ServiceAccount, which must exist; 10 minutes are the least. */
export async function serviceAccountToken(
  fleet: EmbeddedFleet,
  cluster: string,
  namespace: string,
  name: string,
  spec: { readonly audiences?: readonly string[]; readonly expirationSeconds?: number } = {},
): Promise<string> {
  const path = `http://embedded/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`;
  const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ spec }) };
  const response = await apiOf(fleet, cluster).handler(new Request(path, init));
  const { status, message } = (await response.json()) as { status?: { token: string }; message?: string };
  if (response.status !== 201 || status === undefined) throw new Error(`token of ${namespace}/${name}: ${message}`);
  return status.token;
}

function apiOf(fleet: EmbeddedFleet, cluster: string): EmbeddedApi {
  const api = fleet.get(cluster)?.api;
  if (api === undefined) throw new Error(`no embedded cluster ${cluster} runs`);
  return api;
}
