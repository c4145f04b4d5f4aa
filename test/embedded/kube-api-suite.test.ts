import { kubeApiSuite } from "../contract/kube-api-suite.ts";
import { createTestApi } from "./support/create-test-api.ts";

kubeApiSuite(
  async () => {
    const api = createTestApi();
    return {
      fetch: (path, init) => api.handler(new Request(`http://embedded${path}`, init)),
      expireVersions: () => api.faults.expireVersions(),
      dispose: async () => {},
    };
  },
  { expireVersions: true },
);
