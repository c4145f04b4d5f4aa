import type { AuthenticatorOptions } from "../../../src/auth/authenticator.ts";
import type { Cluster, ClusterChange, ClusterRegistry } from "../../../src/cluster/cluster.ts";
import { configDefaults } from "../../../src/config/config.ts";
import type { CallOptions } from "../../../src/kube/client.ts";
import { KubeError } from "../../../src/kube/kube-error.ts";
import type { KubeErrorReason } from "../../../src/kube/kube-error.ts";
import type { KubeObject } from "../../../src/kube/object.ts";
import { createRecordingLogger } from "../../support/recording-logger.ts";
import type { LogLine } from "../../support/recording-logger.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import type { FakeClock } from "../../support/fake-clock.ts";

/** A cluster that is shown tokens. */
export interface FakeRealm {
  readonly name: string;
  /** Tokens it was shown, in order. */
  readonly shown: string[];
  /** Bodies it was sent. */
  readonly reviews: Readonly<Record<string, unknown>>[];
  /** As whom it was asked. */
  readonly as: CallOptions["as"][];
  /** `status` of the review, or what goes wrong; may take its time. By default nobody's. */
  answer: (token: string, signal: AbortSignal) => unknown;
  /** Ids of its keys; undefined: it does not tell. */
  keys: readonly string[] | undefined;
  keysAsked: number;
  join(): void;
  leave(): void;
}

export interface FakeRealms {
  readonly clock: FakeClock;
  readonly logs: readonly LogLine[];
  readonly options: AuthenticatorOptions;
  readonly realm: Readonly<Record<string, FakeRealm>>;
}

/** status of a review that says yes. */
export function yes(username: string, ...groups: string[]): unknown {
  return { authenticated: true, user: { username, groups } };
}

export const no: unknown = { user: {}, error: "invalid bearer token" };

export function kubeError(reason: KubeErrorReason, message = "no"): KubeError {
  return new KubeError({ reason, message, cluster: "any" });
}

/** A token as a ServiceAccount has one; its signature is good for nobody. */
export function jwt(claims: Readonly<Record<string, unknown>>, keyId?: string): string {
  const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${encode({ alg: "RS256", ...(keyId === undefined ? {} : { kid: keyId }) })}.${encode(claims)}.c2ln`;
}

/** A promise that the test settles. */
export function later<T>(): { readonly promise: Promise<T>; resolve(value: T): void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

/** Clusters `home`, `paris`, … that vouch for whom the test says. */
export function createFakeRealms(
  names: readonly string[],
  config: Partial<AuthenticatorOptions["config"]> = {},
): FakeRealms {
  const clock = createFakeClock();
  const logs: LogLine[] = [];
  const listeners = new Set<(change: ClusterChange) => void>();
  const members = new Map<string, Cluster>();
  const registry = {
    get: (name: string) => members.get(name),
    list: () => [...members.values()],
    subscribe(listener: (change: ClusterChange) => void) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  } as unknown as ClusterRegistry;
  const realm = Object.fromEntries(names.map((name) => [name, createRealm(name)]));
  for (const one of Object.values(realm)) one.join();
  return {
    clock,
    logs,
    realm,
    options: {
      registry,
      config: { ...configDefaults.auth, cacheMs: 10_000, ...config },
      clock,
      random: () => 1,
      logger: createRecordingLogger(logs),
    },
  };

  function createRealm(name: string): FakeRealm {
    let gone = new AbortController();
    const fake: FakeRealm = {
      name,
      shown: [],
      reviews: [],
      as: [],
      answer: () => no,
      keys: undefined,
      keysAsked: 0,
      join() {
        gone = new AbortController();
        const cluster = {
          name,
          signal: gone.signal,
          status: { identity: { state: "pinned", uid: name } },
          client: {
            create,
            async signingKeyIds() {
              fake.keysAsked += 1;
              if (fake.keys === undefined) throw kubeError("Forbidden");
              return fake.keys;
            },
          },
        } as unknown as Cluster;
        members.set(name, cluster);
        for (const listener of listeners) listener({ type: "joined", cluster });
      },
      leave() {
        const cluster = members.get(name)!;
        members.delete(name);
        gone.abort(new Error("left"));
        for (const listener of listeners) listener({ type: "left", cluster });
      },
    };
    const create = async (_: unknown, body: KubeObject, { signal, as }: CallOptions) => {
      const spec = body["spec"] as { readonly token: string };
      fake.shown.push(spec.token);
      fake.reviews.push(body);
      fake.as.push(as);
      const aborted = new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject(kubeError("Aborted")), { once: true })); // prettier-ignore
      const status = await Promise.race([Promise.resolve(fake.answer(spec.token, signal)), aborted]);
      if (status instanceof Error) throw status;
      return { object: { ...body, status }, created: true, warnings: [] };
    };
    return fake;
  }
}
