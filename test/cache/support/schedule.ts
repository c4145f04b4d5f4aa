import fc from "fast-check";

import { createIdentityGuard } from "../../../src/cache/identity-guard.ts";
import type { CacheEvent } from "../../../src/cache/fleet-cache.ts";
import { Reflector } from "../../../src/cache/reflector.ts";
import { createRowMaker } from "../../../src/cache/row-maker.ts";
import { Store } from "../../../src/cache/store.ts";
import { defaultTimings } from "../../../src/cache/timings.ts";
import { knownResources } from "../../../src/kube/known-resources.ts";
import type { KubeErrorReason } from "../../../src/kube/kube-error.ts";
import type { KubeObject } from "../../../src/kube/object.ts";
import type { AnyRow } from "../../../src/kube/rows/row.ts";
import { invariant } from "../../../src/lib/invariant.ts";
import { silentLogger } from "../../../src/lib/logger.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { failure, keyOf } from "./fake-api.ts";
import type { Fault, Request } from "./fake-api.ts";
import { FakeCluster, fakePrepare, fakeToRow } from "./fake-fleet.ts";

const { pods } = knownResources;

const keys = ["a/1", "a/2", "a/3", "b/1", "c/1"];
const reasons: readonly KubeErrorReason[] = [
  "ConnectionFailed", "Timeout", "InternalError", "ServiceUnavailable", "TooManyRequests", "Expired", "ServerTimeout",
  "MalformedResponse", "Unauthorized", "Forbidden", "NotFound", "Unavailable",
]; // prettier-ignore

const key = fc.constantFrom(...keys);
const reason = fc.constantFrom(...reasons);
const verb = fc.constantFrom<Request["verb"] | "page">("list", "page", "watch", "get");

/** One thing that happens. Weights: much that is ordinary, so that there is something to lose. */
export const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ type: fc.constant("put" as const), key }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("delete" as const), key }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("recreate" as const), key }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("malform" as const), key }) },
  { weight: 8, arbitrary: fc.record({ type: fc.constant("pass" as const), ms: fc.constantFrom(10, 500, 2_000, 10_000, 40_000, 100_000) }) }, // prettier-ignore
  { weight: 3, arbitrary: fc.record({ type: fc.constant("cut" as const), reason }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("inBand" as const), reason }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("fail" as const), verb, reason, times: fc.integer({ min: 1, max: 4 }) }) }, // prettier-ignore
  { weight: 1, arbitrary: fc.record({ type: fc.constant("hang" as const), verb }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("replay" as const), back: fc.integer({ min: 0, max: 8 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("restore" as const), back: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("jump" as const), ms: fc.integer({ min: -1e8, max: 1e8 }) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      type: fc.constantFrom(
        "close" as const, "compact", "bookmark", "silence", "tick", "down", "up", "impostor", "self", "overlap", "mixPages", "straight",
      ), // prettier-ignore
    }),
  },
);

export type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** A reflector over a faulty API server, and everything that must hold whatever happens. */
export class Schedule {
  readonly clock = createFakeClock();
  readonly cluster = new FakeCluster("home");
  readonly store: Store;
  readonly reflector: Reflector;
  readonly #abort = new AbortController();
  readonly #done: Promise<void>;
  readonly #held;
  /** uid@version of every object that ever was, malformed ones as well. */
  readonly #ever = new Set<string>();
  readonly #deletedEver = new Set<string>();
  /** What the events told so far add up to. */
  readonly #told = new Map<string, AnyRow>();
  readonly #past: { readonly type: "ADDED" | "MODIFIED" | "DELETED"; readonly object: KubeObject }[] = [];
  readonly #requestTimes: number[] = [];
  #faults: { readonly verb: Request["verb"] | "page"; readonly fault: Fault; times: number }[] = [];
  #isDown = false;
  #isImpostor = false;
  #hasRestored = false;
  #violation: Error | undefined;

  constructor(random: () => number) {
    const { clock, cluster } = this;
    const options = { clock, logger: silentLogger, logLimit: 50 };
    this.store = new Store(options);
    this.store.subscribe((event) => this.#note(() => this.#hear(event)));
    this.#held = this.store.add("home", pods);
    const rows = { cluster: "home", resource: pods, toRow: fakeToRow, prepare: fakePrepare, clock };
    this.reflector = new Reflector({
      cluster,
      store: this.#held,
      makeRow: createRowMaker(rows),
      guard: createIdentityGuard({ cluster, clock, timeoutMs: 30_000 }),
      slices: { begin: () => () => false, turn: () => Promise.resolve() },
      timings: { ...defaultTimings, pageLimit: 2 },
      clock,
      random,
      logger: silentLogger,
    });
    cluster.client.fault = (request) => this.#faultOf(request);
    cluster.refreshDiscovery = () => Promise.resolve([{ ...pods, shortNames: [], verbs: [], subresources: [] }]);
    this.#done = this.reflector.run(this.#abort.signal);
  }

  async play(now: Step): Promise<void> {
    await this.#act(now);
    await this.clock.advance(0);
    this.check();
  }

  /** All faults end; given time, the store must be what the cluster is. */
  async rest(): Promise<void> {
    const api = this.cluster.client;
    this.#faults = [];
    this.#isDown = false;
    this.#isImpostor = false;
    api.uid = "cluster-1";
    this.#straighten();
    // Past the longest silence, the slowest pause, and a pause after a relist out of suspicion.
    for (let minute = 0; minute < 4; minute++) {
      await this.clock.advance(60_000);
      api.tick();
      api.bookmark();
    }
    await this.clock.advance(1_000);
    this.check();
    const status = this.#held.status;
    invariant(status.state === "FRESH", `at rest, but ${status.state} ${status.reason}`);
    const truth = api.state(pods);
    const malformed = [...truth.values()].filter((object) => object.malformed === true);
    invariant(status.skipped === malformed.length, `${status.skipped} skipped, ${malformed.length} malformed`);
    invariant(api.streams.size === 1, `${api.streams.size} streams at rest`);
    for (const [name, object] of truth) {
      if (object.malformed === true) continue;
      invariant(
        this.#told.get(name)?.resourceVersion === object.metadata.resourceVersion,
        `${name} is not as in the cluster`,
      );
    }
    for (const name of this.#told.keys()) invariant(truth.has(name), `${name} is long gone`);
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error("over"));
    await this.#done;
    await this.clock.advance(0);
    invariant(this.clock.pending === 0, "a timer is left");
    invariant(this.cluster.client.streams.size === 0, "a stream is left");
  }

  check(): void {
    if (this.#violation !== undefined) throw this.#violation;
    this.#checkTold();
    this.#checkNothingLost();
    this.#checkPace();
  }

  /** The events add up to the snapshot, and every row is some version of some object that was. */
  #checkTold(): void {
    const snapshot = this.store.snapshot().resource("home", "pods")!;
    const rows = snapshot.partitions.flatMap((partition) => partition.rows);
    invariant(rows.length === this.#told.size && rows.length === snapshot.size, "events and snapshot differ in number");
    for (const row of rows) {
      invariant(this.#told.get(`${row.namespace}/${row.name}`) === row, `${row.name} was not told as it is`);
      invariant(this.#ever.has(`${row.uid}@${row.resourceVersion}`), `${row.name}@${row.resourceVersion} never was`);
      invariant(snapshot.get(row.namespace ?? "", row.name) === row, `${row.name} is not found by name`);
    }
  }

  /** Whatever was there when the store was last complete, and is there still, is in the store; and nothing that was gone by then. */
  #checkNothingLost(): void {
    if (this.reflector.completeOf === undefined || this.#hasRestored) return;
    const api = this.cluster.client;
    const now = new Set([...api.state(pods).values()].map(({ metadata }) => metadata.uid));
    const then = api.state(pods, Number(this.#held.resourceVersion));
    for (const [name, { metadata, malformed }] of then) {
      if (!now.has(metadata.uid) || malformed === true) continue;
      invariant(this.#told.get(name)?.uid === metadata.uid, `${name} is lost`);
    }
    for (const [name, row] of this.#told) {
      // What a list under way has brought is newer than the last complete one.
      if (Number(row.resourceVersion) > Number(this.#held.resourceVersion)) continue;
      const object = then.get(name);
      const isTrue = object?.malformed === true || object?.metadata.resourceVersion === row.resourceVersion;
      invariant(isTrue, `${name}@${row.resourceVersion} is not what was at ${this.#held.resourceVersion}`);
    }
  }

  /** Never tens of requests a second, however things fail: a whole relist of five objects is six requests. */
  #checkPace(): void {
    const window = this.#requestTimes.filter((at) => at > this.clock.monotonic() - 10_000);
    invariant(window.length <= 60, `${window.length} requests in 10 s`);
  }

  /** What a listener or a server throws, the cache survives: remembered, for `check`. */
  #note(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#violation ??= error as Error;
    }
  }

  #hear(event: CacheEvent): void {
    if (event.type === "status") {
      if (event.after === undefined) this.#told.clear();
      return;
    }
    const { type, before, after, resourceVersion } = event.change;
    const row = (after ?? before)!;
    const name = `${row.namespace}/${row.name}`;
    invariant(this.#told.get(name) === before, `${type} ${name} does not follow what was told before`);
    invariant(type !== "MODIFIED" || before?.uid === after?.uid, `MODIFIED ${name} is another object`);
    const isForward = before === undefined || Number(resourceVersion) > Number(before.resourceVersion);
    invariant(isForward || this.#hasRestored || type === "DELETED", `${type} ${name} goes back`);
    if (after === undefined) {
      const exists = this.cluster.client.state(pods).get(name)?.metadata.uid === row.uid;
      invariant(!exists || this.#deletedEver.has(row.uid), `${name} was deleted, and is there`);
      this.#told.delete(name);
    } else this.#told.set(name, after);
  }

  #faultOf(request: Request): Fault | undefined {
    this.#requestTimes.push(this.clock.monotonic());
    if (this.#isDown) return failure("ConnectionFailed");
    const isPage = request.verb === "list" && "continue" in request.query;
    const next = this.#faults.find(({ verb }) => verb === (isPage ? "page" : request.verb));
    if (next === undefined || next.times-- <= 0) {
      // What another cluster would say, if it were asked.
      this.#note(() =>
        invariant(!this.#isImpostor || request.verb === "get", `${request.verb} before its identity was asked`),
      );
      return undefined;
    }
    return next.fault;
  }

  async #act(now: Step): Promise<void> {
    const api = this.cluster.client;
    switch (now.type) {
      case "put":
        return this.#put(now.key, {});
      case "malform":
        return this.#put(now.key, { malformed: true });
      case "delete":
        return this.#delete(now.key);
      case "recreate":
        this.#delete(now.key);
        return this.#put(now.key, {});
      case "pass":
        return await this.clock.advance(now.ms);
      case "cut":
        return api.cut(now.reason);
      case "inBand":
        for (const stream of api.streams) stream.push({ type: "ERROR", error: failure(now.reason, { retryAfterMs: 1_000 }) }); // prettier-ignore
        return;
      case "fail":
        // Who may not look at kube-system believes the registry: no case for this test.
        if (now.verb === "get" && now.reason === "Forbidden") return;
        return void this.#faults.push({ verb: now.verb, fault: failure(now.reason), times: now.times });
      case "hang":
        return void this.#faults.push({ verb: now.verb, fault: "hang", times: 1 });
      case "replay": {
        const past = this.#past.at(-1 - now.back);
        if (past !== undefined) for (const stream of api.streams) stream.push(past);
        return;
      }
      case "restore": {
        // Down for more than a minute: in a world of four objects two histories often write the same at the same version, which is all that
        // compareHistory could go by after a shorter time.
        const wasDown = this.#isDown;
        this.#hasRestored = true;
        this.#past.length = 0;
        this.#isDown = true;
        api.restore(Math.max(100, api.version - now.back));
        await this.clock.advance(defaultTimings.relistAfterOutageMs + 5_000);
        this.#isDown = wasDown;
        return;
      }
      case "jump":
        return this.clock.jump(now.ms);
      default:
        return this.#turn(now.type);
    }
  }

  #turn(type: Exclude<Step, { readonly key: string }>["type"]): void {
    const api = this.cluster.client;
    if (type === "close") api.close();
    else if (type === "compact") api.compact();
    else if (type === "bookmark") api.bookmark();
    else if (type === "silence") for (const stream of api.streams) stream.isSilent = true;
    else if (type === "tick") api.tick();
    else if (type === "straight") this.#straighten();
    else if (type === "overlap")
      api.tamper = (list) => ({ ...list, items: [...list.items, ...list.items.slice(0, 1)] });
    else if (type === "mixPages") api.pageLag = 4;
    else {
      this.#isDown = type === "down" || (type !== "up" && this.#isDown);
      this.#isImpostor = type === "impostor" || (type !== "self" && this.#isImpostor);
      api.uid = this.#isImpostor ? "cluster-2" : "cluster-1";
      if (type === "down" || type === "impostor") api.cut();
    }
  }

  #straighten(): void {
    this.cluster.client.tamper = (list) => list;
    this.cluster.client.pageLag = 0;
  }

  #put(name: string, more: { readonly malformed?: boolean }): void {
    const api = this.cluster.client;
    const type = api.state(pods).has(name) ? "MODIFIED" : "ADDED";
    const object = api.put(pods, name, more);
    this.#ever.add(`${object.metadata.uid}@${object.metadata.resourceVersion}`);
    this.#past.push({ type, object });
  }

  #delete(name: string): void {
    const api = this.cluster.client;
    const object = api.state(pods).get(name);
    if (object === undefined) return;
    this.#deletedEver.add(object.metadata.uid!);
    api.delete(pods, name);
    const last = { ...object, metadata: { ...object.metadata, resourceVersion: String(api.version) } };
    invariant(keyOf(last) === name, "key");
    this.#past.push({ type: "DELETED", object: last });
  }
}
