import { afterAll, beforeAll, describe } from "vitest";
import { applyRules } from "./kube-api/apply-rules.ts";
import { customResourceRules } from "./kube-api/custom-resource-rules.ts";
import { deleteRules } from "./kube-api/delete-rules.ts";
import { discoveryRules } from "./kube-api/discovery-rules.ts";
import { SuiteClient } from "./kube-api/kube-api-under-test.ts";
import type { KubeApiSupports, KubeApiUnderTest } from "./kube-api/kube-api-under-test.ts";
import { listRules } from "./kube-api/list-rules.ts";
import { patchRules } from "./kube-api/patch-rules.ts";
import { watchRules } from "./kube-api/watch-rules.ts";
import { writeRules } from "./kube-api/write-rules.ts";

export type { KubeApiSupports, KubeApiUnderTest };

/**
 * What a Kubernetes API must do for fleetgraph, by plain HTTP: over the embedded server, over the hub in front of it, and over a real
 * kube-apiserver, which is right where they differ. Works in a namespace of its own and leaves it behind.
 */
export function kubeApiSuite(factory: () => Promise<KubeApiUnderTest>, supports: KubeApiSupports): void {
  describe("kube api", () => {
    let api: KubeApiUnderTest;
    const suite = {} as { client: SuiteClient };

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

    describe("discovery", () => discoveryRules(suite));
    describe("list and get", () => listRules(suite, supports));
    describe("watch", () => watchRules(suite, supports));
    describe("create and update", () => writeRules(suite));
    describe("patch", () => patchRules(suite));
    describe("server-side apply", () => applyRules(suite));
    describe("delete", () => deleteRules(suite));
    describe("custom resources", () => customResourceRules(suite));
  });
}

/** A real cluster refuses pods until a controller has made the namespace's service account. */
async function serviceAccountReady(client: SuiteClient): Promise<void> {
  const account = { apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "default" } };
  await client.post(client.at("v1", "serviceaccounts"), account);
}
