import type { KubeClient } from "../kube/client.ts";
import type { BelievedRealm } from "../kube/identity.ts";
import type { Random } from "../lib/backoff.ts";
import type { Clock } from "../lib/clock.ts";
import { silentLogger } from "../lib/logger.ts";
import type { Logger } from "../lib/logger.ts";
import type { ApiContext, LogSource } from "./api-context.ts";
import { createEmbeddedAuth } from "./auth/embedded-auth.ts";
import type { StaticToken, StaticTokens } from "./auth/static-tokens.ts";
import { seedSystemObjects } from "./seed-system-objects.ts";
import { createEmbeddedClient } from "./client/embedded-client.ts";
import { createFaultPlan } from "./faults/fault-plan.ts";
import type { Faults } from "./faults/faults.ts";
import { createHandler } from "./http/handle-request.ts";
import type { PeerHandler } from "./http/handle-request.ts";
import { createBuiltInResources } from "./registry/built-in-resources.ts";
import { createResourceRegistry } from "./registry/resource-registry.ts";
import { followDefinitions } from "./registry/follow-definitions.ts";
import { createObjectStore } from "./storage/object-store.ts";
import type { ObjectStore } from "./storage/object-store.ts";
import type { LogEntry } from "./storage/revision-log.ts";

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
  /** Bearer tokens it knows from the start. */
  readonly tokens?: readonly StaticToken[];
  /** Whose users its in-process client believes besides its own, as `identities` of a cluster's configuration. */
  readonly believes?: readonly BelievedRealm[];
}

/** A Kubernetes API in-process: everything is in memory, and nothing runs unless it is asked. */
export interface EmbeddedApi {
  readonly name: string;
  /**
   * The API over HTTP. A watch is a streamed body; it ends when the request's signal is aborted or the body is cancelled. Told of no peer, it takes
   * whoever shows no bearer token for the administrator.
   */
  readonly handler: PeerHandler;
  /**
   * The same without HTTP, for controllers of the embedded cluster and for tests. It does as the administrator what is asked as "system" or "local",
   * and as themselves, by RBAC, what is asked as a user. Objects it gives are shared: never change them.
   */
  readonly client: KubeClient;
  /** Its static bearer tokens, which may come and go. */
  readonly tokens: StaticTokens;
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
  tokens = [],
  believes = [],
}: EmbeddedApiOptions): EmbeddedApi {
  const registry = createResourceRegistry(createBuiltInResources());
  const store: ObjectStore = createObjectStore({ historyLimit, onChange: (entry) => onChange(entry) });
  const follow = followDefinitions(store, registry);
  const auth = createEmbeddedAuth({ store, clock, random, tokens });
  const onChange = (entry: LogEntry): void => {
    auth.noteChange(entry.resource);
    follow(entry);
  };
  const faults = createFaultPlan(store);
  const context: ApiContext = {
    name,
    store,
    registry,
    auth,
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
    client: createEmbeddedClient(context, believes),
    tokens: auth.staticTokens,
    faults,
    get resourceVersion() {
      return String(store.revision);
    },
    setLogSource(read) {
      context.readLog = read;
    },
  };
}
