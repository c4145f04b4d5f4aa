import { expect } from "vitest";
import { eventually } from "../../support/eventually.ts";
import type { Answer, CallAs, Json, SuiteClient } from "./kube-api-under-test.ts";

export interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

export interface RoleRef {
  readonly kind: "Role" | "ClusterRole";
  readonly name: string;
}

export const rbacGroup = "rbac.authorization.k8s.io";
const root = `/apis/${rbacGroup}/v1`;
const reviews = "/apis/authorization.k8s.io/v1";

/** Rules on resources of the core group. */
export function coreRule(verbs: readonly string[], ...resources: readonly string[]): Rule {
  return { verbs, apiGroups: [""], resources };
}

/** Roles and bindings of a suite. Users and cluster-scoped names carry the suite's namespace: nobody else is bound to them. */
export class SuiteRbac {
  readonly #client: SuiteClient;
  readonly #everywhere: string[] = [];

  constructor(client: SuiteClient) {
    this.#client = client;
  }

  user(name: string): string {
    return `${this.#client.namespace}-${name}`;
  }

  as(name: string): CallAs {
    return this.#client.as(this.user(name));
  }

  roles(...rest: readonly string[]): string {
    return this.#client.at(`${rbacGroup}/v1`, "roles", ...rest);
  }

  bindings(...rest: readonly string[]): string {
    return this.#client.at(`${rbacGroup}/v1`, "rolebindings", ...rest);
  }

  clusterRoles(name?: string): string {
    return `${root}/clusterroles${name === undefined ? "" : `/${name}`}`;
  }

  /** In the suite's namespace. */
  async role(name: string, ...rules: readonly Rule[]): Promise<RoleRef> {
    await this.#create(this.roles(), { metadata: { name }, rules });
    return { kind: "Role", name };
  }

  async clusterRole(name: string, rules: readonly Rule[], more: Json = {}): Promise<RoleRef> {
    const { labels = {}, ...rest } = more;
    const full = this.user(name);
    await this.#create(this.clusterRoles(), { metadata: { name: full, labels }, rules, ...rest });
    this.#everywhere.push(this.clusterRoles(full));
    return { kind: "ClusterRole", name: full };
  }

  /** In the suite's namespace, to one of its users. */
  async bind(user: string, role: RoleRef): Promise<void> {
    await this.#create(this.bindings(), this.toBinding(`${user}-${role.name}`, role, this.user(user)));
  }

  async bindEverywhere(user: string, role: RoleRef): Promise<void> {
    const name = `${this.user(user)}-${role.name}`;
    await this.#create(`${root}/clusterrolebindings`, this.toBinding(name, role, this.user(user)));
    this.#everywhere.push(`${root}/clusterrolebindings/${name}`);
  }

  toBinding(name: string, role: RoleRef, user: string): Json {
    return {
      metadata: { name },
      roleRef: { apiGroup: rbacGroup, ...role },
      subjects: [{ kind: "User", name: user }],
    };
  }

  /** SubjectAccessReview for one of the suite's users. */
  async review(user: string, attributes: Json, groups: readonly string[] = []): Promise<Json> {
    const asked = "path" in attributes ? { nonResourceAttributes: attributes } : { resourceAttributes: attributes };
    const spec = { user: this.user(user), groups, ...asked };
    return (await this.#client.post(`${reviews}/subjectaccessreviews`, { spec })).body.status;
  }

  /** A real server hears of a binding a moment after it was made. */
  async until(user: string, attributes: Json, allowed = true): Promise<void> {
    await eventually(async () => expect((await this.review(user, attributes)).allowed).toBe(allowed), 5_000);
  }

  /** What is not in the suite's namespace. */
  async cleanUp(): Promise<void> {
    for (const path of this.#everywhere) await this.#client.delete(path);
  }

  async #create(path: string, body: Json): Promise<void> {
    const { status, body: answer }: Answer = await this.#client.post(path, body);
    if (status !== 201) throw new Error(`${path}: ${status} ${JSON.stringify(answer)}`);
  }
}
