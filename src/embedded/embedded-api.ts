import type { KubeClient } from "../kube/client.ts";
import type { Random } from "../lib/backoff.ts";
import type { Clock } from "../lib/clock.ts";
import type { Handler } from "../lib/handler.ts";
import { silentLogger } from "../lib/logger.ts";
import type { Logger } from "../lib/logger.ts";
import type { ApiContext, LogSource } from "./api-context.ts";
import { seedSystemObjects } from "./seed-system-objects.ts";
import { createEmbeddedClient } from "./client/embedded-client.ts";
import { createFaultPlan } from "./faults/fault-plan.ts";
import type { Faults } from "./faults/faults.ts";
import { createHandler } from "./http/handle-request.ts";
import { createBuiltInResources } from "./registry/built-in-resources.ts";
import { createResourceRegistry } from "./registry/resource-registry.ts";
import { followDefinitions } from "./registry/follow-definitions.ts";
import { createObjectStore } from "./storage/object-store.ts";
import type { ObjectStore } from "./storage/object-store.ts";

export interface EmbeddedApiOptions {
  /** Of the cluster: for errors and logs. */
  readonly name: string;
  readonly clock: Clock;
  /** Names, uids and stream timeouts come from here. */
  readonly random: Random;
  readonly logger?: Logger;
  /** Changes held for watches and pages to resume from; older resourceVersions answer 410. Default 10,000. */
  readonly historyLimit?: number;
  /** How often a watch that asked for bookmarks gets one. Default a minute. */
  readonly bookmarkMs?: number;
}

/** A Kubernetes API in-process: everything is in memory, and nothing runs unless it is asked. */
export interface EmbeddedApi {
  readonly name: string;
  /** The API over HTTP. A watch is a streamed body; it ends when the request's signal is aborted or the body is cancelled. */
  readonly handler: Handler;
  /** The same without HTTP, for controllers of the embedded cluster and for tests. Objects it gives are shared: never change them. */
  readonly client: KubeClient;
  /** Switches for what can go wrong. */
  readonly faults: Faults;
  /** The cluster's revision counter: the resourceVersion of the last change. */
  readonly resourceVersion: string;
  /** Who keeps the containers' logs; each line starts with an RFC 3339 time and a space. Without one, logs are empty. */
  setLogSource(read: LogSource): void;
}

/** Makes an empty cluster with the four system namespaces. */
export function createEmbeddedApi({
  name,
  clock,
  random,
  logger = silentLogger,
  historyLimit = 10_000,
  bookmarkMs = 60_000,
}: EmbeddedApiOptions): EmbeddedApi {
  const registry = createResourceRegistry(createBuiltInResources());
  const store: ObjectStore = createObjectStore({ historyLimit, onChange: (entry) => follow(entry) });
  const follow = followDefinitions(store, registry);
  const faults = createFaultPlan(store);
  const context: ApiContext = {
    name,
    store,
    registry,
    clock,
    random,
    logger,
    faults,
    bookmarkMs,
    readLog: () => undefined,
  };
  seedSystemObjects(context);
  return {
    name,
    handler: createHandler(context),
    client: createEmbeddedClient(context),
    faults,
    get resourceVersion() {
      return String(store.revision);
    },
    setLogSource(read) {
      context.readLog = read;
    },
  };
}
