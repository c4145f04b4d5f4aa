import { createControllerManager } from "../../src/embedded/world/controller-manager.ts";
import type { EmbeddedApi } from "../../src/embedded/embedded-api.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import { controllerSuite, kubeApiSuite } from "../contract/kube-api-suite.ts";
import type { KubeApiUnderTest } from "../contract/kube-api-suite.ts";
import { createTestApi, seededRandom } from "./support/create-test-api.ts";

function toApiUnderTest(api: EmbeddedApi, dispose = async (): Promise<void> => {}): KubeApiUnderTest {
  return {
    fetch: (path, init) => api.handler(new Request(`http://embedded${path}`, init)),
    fetchAsNobody: (path, init) => api.handler(new Request(`http://embedded${path}`, init), {}),
    expireVersions: () => api.faults.expireVersions(),
    dispose,
  };
}

kubeApiSuite(async () => toApiUnderTest(createTestApi()), { expireVersions: true, controllers: false });

controllerSuite(async () => {
  const api = createTestApi();
  const stop = new AbortController();
  const controllers = createControllerManager({
    client: api.client,
    clock: systemClock,
    random: seededRandom(2),
    logger: silentLogger,
    kubelet: { startMs: 10, jobMs: 10, stopMs: 10 },
    setLogSource: (source) => api.setLogSource(source),
  });
  const running = controllers.run(stop.signal);
  await controllers.ready;
  return toApiUnderTest(api, async () => {
    stop.abort();
    await running;
  });
});
