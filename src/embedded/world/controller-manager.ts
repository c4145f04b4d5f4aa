import { setMaxListeners } from "node:events";
import type { LogSource } from "../api-context.ts";
import { createControlLoop } from "./control-loop.ts";
import type { ControlLoop } from "./control-loop.ts";
import { alwaysCached } from "../../kube/known-resources.ts";
import type { KubeClient } from "../../kube/client.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Random } from "../../lib/backoff.ts";
import { createDeferred } from "../../lib/deferred.ts";
import type { Logger } from "../../lib/logger.ts";
import type { Runnable } from "../../lib/runnable.ts";
import { clusterRoles, createClusterRoleAggregation } from "./controllers/cluster-role-aggregation.ts";
import { createDaemonSetController } from "./controllers/daemon-set.ts";
import { createDeploymentController } from "./controllers/deployment.ts";
import { createEndpointSliceController } from "./controllers/endpoint-slice.ts";
import { createEventExpiry } from "./controllers/event-expiry.ts";
import { createGarbageCollector } from "./controllers/garbage-collector.ts";
import { createJobController } from "./controllers/job.ts";
import { createKubelet } from "./controllers/kubelet.ts";
import type { KubeletOptions } from "./controllers/kubelet.ts";
import { createNamespaceController } from "./controllers/namespace.ts";
import { createNodeLifecycle } from "./controllers/node-lifecycle.ts";
import { createReplicaSetController } from "./controllers/replica-set.ts";
import { createResourceQuotaController, resourceQuotas } from "./controllers/resource-quota.ts";
import { createScheduler } from "./controllers/scheduler.ts";
import { createStatefulSetController } from "./controllers/stateful-set.ts";
import type { Controller, ControllerContext } from "./controllers/controller.ts";
import { createEventRecorder } from "./event-recorder.ts";
import { withSettledWrites } from "./settled-client.ts";
import { createPodLogs } from "./pod-log.ts";
import { createView } from "./view.ts";

export interface ControllerManagerOptions {
  readonly client: KubeClient;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly kubelet: KubeletOptions;
  /** Told where the kubelets' logs are to be had. */
  readonly setLogSource: (source: LogSource) => void;
}

const factories: readonly ((context: ControllerContext, options: ControllerManagerOptions) => Controller)[] = [
  createNamespaceController,
  createDeploymentController,
  createReplicaSetController,
  createStatefulSetController,
  createDaemonSetController,
  createJobController,
  createScheduler,
  (context, { kubelet }) => createKubelet(context, kubelet),
  createNodeLifecycle,
  createEndpointSliceController,
  createResourceQuotaController,
  createClusterRoleAggregation,
  createGarbageCollector,
  createEventExpiry,
];

/** The controllers, scheduler and kubelets of one embedded cluster over one view of it. */
export function createControllerManager(options: ControllerManagerOptions): Runnable {
  const { client, clock, random, logger } = options;
  const ready = createDeferred();
  return {
    name: "embedded controllers",
    ready: ready.promise,
    async run(outer) {
      // Each watch, loop and write listens for the end: a few dozen, and they are no leak.
      const signal = AbortSignal.any([outer]);
      setMaxListeners(0, signal);
      const view = createView(client, [...alwaysCached, resourceQuotas, clusterRoles], clock);
      options.setLogSource(createPodLogs(view, clock));
      const shared = { client: withSettledWrites(client, view), view, events: createEventRecorder(client, clock), clock, random }; // prettier-ignore
      const loops = factories.map((create): ControlLoop => {
        let loop: ControlLoop | undefined;
        const again = (key: string, ms: number): void => loop?.addAfter(key, ms);
        const controller = create({ ...shared, again }, options);
        loop = createControlLoop({ name: controller.name, reconcile: controller.reconcile, clock, random, logger });
        const { add } = loop;
        view.subscribe((resource, type, object) => controller.keysFor(resource, object, type).forEach(add));
        return loop;
      });
      const running: Promise<unknown>[] = [];
      // Nobody acts before everything has been seen: a ReplicaSet whose pods are not listed yet would make them anew.
      const start = (): void => {
        running.push(...loops.map((loop) => loop.run(signal)));
        ready.resolve();
      };
      await view.run(signal, start);
      await Promise.all(running);
    },
  };
}
