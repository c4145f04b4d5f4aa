import type { CallOptions, KubeClient } from "../kube/client.ts";
import { KubeError } from "../kube/kube-error.ts";

/** What stands between callers and a cluster. */
export interface IdentityGuardOptions {
  readonly cluster: string;
  /** The client behind, once there is one; throws KubeError where there is none. */
  readonly connected: (signal: AbortSignal) => Promise<KubeClient>;
  /** Aborted, with a KubeError, when what was admitted must end: another identity was found, or the cluster leaves. */
  readonly epoch: () => AbortSignal;
}

/** The same client, which reads and writes nothing of a cluster that is not the one that was pinned (DESIGN 4, IDENTITY_CHANGED). */
export function withIdentityGuard(options: IdentityGuardOptions): KubeClient {
  const call = async <T, O extends CallOptions>(
    given: O,
    work: (client: KubeClient, o: O) => Promise<T>,
  ): Promise<T> => {
    const guarded = await enter(options, given);
    try {
      return await work(guarded.client, guarded.options);
    } catch (error) {
      throw guarded.explain(error);
    } finally {
      guarded.leave();
    }
  };
  return {
    get: (resource, object, given) => call(given, (client, o) => client.get(resource, object, o)),
    list: (resource, query, given) => call(given, (client, o) => client.list(resource, query, o)),
    listParts: (resource, query, given) =>
      stream(options, given, async function* (client, o) {
        // Whoever cannot cut a list gives it whole.
        if (client.listParts === undefined) yield await client.list(resource, query, o);
        else yield* client.listParts(resource, query, o);
      }),
    watch: (resource, query, given) => stream(options, given, (client, o) => client.watch(resource, query, o)),
    log: (pod, query, given) => call(given, (client, o) => client.log(pod, query, o)),
    discover: (given) => call(given, (client, o) => client.discover(o)),
    version: (given) => call(given, (client, o) => client.version(o)),
    signingKeyIds: (given) => call(given, (client, o) => client.signingKeyIds(o)),
    create: (resource, object, given) => call(given, (client, o) => client.create(resource, object, o)),
    replace: (resource, object, given) => call(given, (client, o) => client.replace(resource, object, o)),
    patch: (resource, object, patch, given) => call(given, (client, o) => client.patch(resource, object, patch, o)),
    delete: (resource, object, query, given) => call(given, (client, o) => client.delete(resource, object, query, o)),
  };
}

async function* stream<T>(
  options: IdentityGuardOptions,
  given: CallOptions,
  open: (client: KubeClient, o: CallOptions) => AsyncIterable<T>,
): AsyncGenerator<T, void> {
  const guarded = await enter(options, given);
  try {
    yield* open(guarded.client, guarded.options);
  } catch (error) {
    throw guarded.explain(error);
  } finally {
    guarded.leave();
  }
}

interface Guarded<O> {
  readonly client: KubeClient;
  readonly options: O;
  /** The epoch's error, where it is what ended the call. */
  explain(error: unknown): unknown;
  leave(): void;
}

async function enter<O extends CallOptions>(
  { cluster, connected, epoch }: IdentityGuardOptions,
  given: O,
): Promise<Guarded<O>> {
  let client: KubeClient;
  try {
    client = await connected(given.signal);
  } catch (cause) {
    if (!given.signal.aborted) throw cause;
    throw new KubeError({ reason: "Aborted", message: "the call was given up", cluster, cause });
  }
  const current = epoch();
  if (current.aborted) throw current.reason;
  const controller = new AbortController();
  const onCaller = (): void => controller.abort(given.signal.reason);
  const onEpoch = (): void => controller.abort(current.reason);
  if (given.signal.aborted) onCaller();
  given.signal.addEventListener("abort", onCaller, { once: true });
  current.addEventListener("abort", onEpoch, { once: true });
  return {
    client,
    options: { ...given, signal: controller.signal },
    explain(error) {
      if (!current.aborted || given.signal.aborted) return error;
      const { reason, message } = current.reason as KubeError;
      // A write that was under way keeps its "outcome unknown".
      const outcomeUnknown = error instanceof KubeError && error.outcomeUnknown;
      return new KubeError({ reason, message, cluster, outcomeUnknown, cause: error });
    },
    leave() {
      given.signal.removeEventListener("abort", onCaller);
      current.removeEventListener("abort", onEpoch);
    },
  };
}
