import { afterAll, beforeAll, describe } from "vitest";
import { accessReviewRules } from "./kube-api/access-review-rules.ts";
import { applyRules } from "./kube-api/apply-rules.ts";
import { controllerRules } from "./kube-api/controller-rules.ts";
import { customResourceRules } from "./kube-api/custom-resource-rules.ts";
import { deleteRules } from "./kube-api/delete-rules.ts";
import { discoveryRules } from "./kube-api/discovery-rules.ts";
import { escalationRules } from "./kube-api/escalation-rules.ts";
import { forbiddenRules } from "./kube-api/forbidden-rules.ts";
import { impersonationRules } from "./kube-api/impersonation-rules.ts";
import { SuiteClient } from "./kube-api/kube-api-under-test.ts";
import type { KubeApiSupports, KubeApiUnderTest } from "./kube-api/kube-api-under-test.ts";
import { listRules } from "./kube-api/list-rules.ts";
import { patchRules } from "./kube-api/patch-rules.ts";
import { tokenRules } from "./kube-api/token-rules.ts";
import { watchRules } from "./kube-api/watch-rules.ts";
import { writeRules } from "./kube-api/write-rules.ts";

export type { KubeApiSupports, KubeApiUnderTest };

/**
 * What a Kubernetes API must do for fleetgraph, by plain HTTP: over the embedded server, over the hub in front of it, and over a real
 * kube-apiserver, which is right where they differ. Works in a namespace of its own and leaves it behind.
 */
export function kubeApiSuite(factory: () => Promise<KubeApiUnderTest>, supports: KubeApiSupports): void {
  describe("kube api", () => {
    const suite = withNamespace(factory);
    describe("discovery", () => discoveryRules(suite));
    describe("list and get", () => listRules(suite, supports));
    describe("watch", () => watchRules(suite, supports));
    describe("create and update", () => writeRules(suite));
    describe("patch", () => patchRules(suite));
    describe("server-side apply", () => applyRules(suite));
    describe("delete", () => deleteRules(suite));
    describe("custom resources", () => customResourceRules(suite));
    describe("tokens", () => tokenRules(suite));
    describe("impersonation", () => impersonationRules(suite));
    describe("access reviews", () => accessReviewRules(suite));
    describe("forbidden", () => forbiddenRules(suite));
    describe("escalation", () => escalationRules(suite));
    if (supports.controllers) describe("controllers", () => controllerRules(suite));
  });
}

/** The part of it that needs controllers, for a server that runs none in the suite above. */
export function controllerSuite(factory: () => Promise<KubeApiUnderTest>): void {
  describe("kube api with controllers", () => controllerRules(withNamespace(factory)));
}

function withNamespace(factory: () => Promise<KubeApiUnderTest>): { readonly client: SuiteClient } {
  const suite = {} as { client: SuiteClient };
  let api: KubeApiUnderTest;
  beforeAll(async () => {
    api = await factory();
    const namespace = `suite-${Math.floor(Math.random() * 1e9).toString(36)}`;
    suite.client = new SuiteClient(api, namespace);
    await suite.client.post("/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: namespace },
    });
    await serviceAccountReady(suite.client);
  });
  afterAll(async () => {
    await suite.client.delete(`/api/v1/namespaces/${suite.client.namespace}`);
    await api.dispose();
  });
  return suite;
}

/** A real cluster refuses pods until a controller has made the namespace's service account. */
async function serviceAccountReady(client: SuiteClient): Promise<void> {
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default" } };
  await client.post(client.at("v1", "serviceaccounts"), account);
}
