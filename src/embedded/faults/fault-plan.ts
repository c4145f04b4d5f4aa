import { createDeferred } from "../../lib/deferred.ts";
import type { Deferred } from "../../lib/deferred.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import type { AnswerFault, FaultMatch, Faults } from "./faults.ts";

/** What a fault is matched against. */
export interface FaultRequest {
  readonly method: string;
  readonly verb: string;
  readonly resource: string;
  readonly namespace: string;
  readonly path: string;
}

/** A stream over HTTP has two parts that end: the watch, which counts as the stream, and the body it is written to. */
export type StreamPart = "watch" | "body";

/** The side of the switches that the server asks. */
export interface FaultPlan extends Faults {
  /** An answer to give instead of working; uses up one of its count. */
  takeAnswer(request: FaultRequest): AnswerFault | undefined;
  /** What the request has to wait for: undefined = nothing. */
  delayMs(request: FaultRequest): number;
  stalled(request: FaultRequest): Promise<void> | undefined;
  dropsEvent(resource: string): boolean;
  tearsFrame(resource: string): boolean;
  malforms(resource: string): boolean;
  pageServed(): void;
  /** Calls back when this resource's streams are cut; the result takes that back. */
  onCut(resource: string, cut: (abruptly: boolean) => void, part?: StreamPart): () => void;
}

function matches(match: FaultMatch | undefined, request: FaultRequest): boolean {
  if (match === undefined) return true;
  return (
    (match.method === undefined || match.method === request.method) &&
    (match.verb === undefined || match.verb === request.verb) &&
    (match.resource === undefined || match.resource === request.resource) &&
    (match.namespace === undefined || match.namespace === request.namespace) &&
    (match.path === undefined || match.path.test(request.path))
  );
}

/** Counts down by resource. */
class Counter {
  readonly #left = new Map<string, number>();

  add(resource: string, count: number): void {
    this.#left.set(resource, (this.#left.get(resource) ?? 0) + count);
  }

  take(resource: string): boolean {
    const left = this.#left.get(resource) ?? 0;
    if (left > 0) this.#left.set(resource, left - 1);
    return left > 0;
  }

  clear(): void {
    this.#left.clear();
  }
}

interface OpenStream {
  readonly resource: string;
  readonly part: StreamPart;
  readonly cut: (abruptly: boolean) => void;
}

interface Stall {
  readonly match: FaultMatch | undefined;
  readonly released: Deferred;
}

export function createFaultPlan(store: ObjectStore): FaultPlan {
  const dropped = new Counter();
  const torn = new Counter();
  const malformed = new Counter();
  const answers = new Set<{ readonly fault: AnswerFault; left: number }>();
  const stalls = new Set<Stall>();
  const delays = new Set<{ readonly ms: number; readonly match: FaultMatch | undefined }>();
  const pageListeners = new Set<() => void>();
  const streams = new Set<OpenStream>();

  const register = <T>(set: Set<T>, value: T): (() => void) => {
    set.add(value);
    return () => set.delete(value);
  };

  return {
    dropEvents: (resource, count) => dropped.add(resource, count),
    tearFrames: (resource, count) => torn.add(resource, count),
    malform: (resource, count) => malformed.add(resource, count),
    cutStreams({ resource, abruptly = false } = {}) {
      const cut = [...streams].filter((stream) => resource === undefined || stream.resource === resource);
      for (const stream of cut) stream.cut(abruptly);
      return cut.filter(({ part }) => part === "watch").length;
    },
    expireVersions: () => store.log.compact(store.revision),
    answer: (fault) => register(answers, { fault, left: fault.count ?? Number.POSITIVE_INFINITY }),
    stall(match) {
      const stall: Stall = { match, released: createDeferred() };
      stalls.add(stall);
      return () => {
        stalls.delete(stall);
        stall.released.resolve();
      };
    },
    slow: (ms, match) => register(delays, { ms, match }),
    betweenPages: (change) => register(pageListeners, change),
    clear() {
      for (const counter of [dropped, torn, malformed]) counter.clear();
      for (const set of [answers, delays, pageListeners]) set.clear();
      for (const stall of stalls) stall.released.resolve();
      stalls.clear();
    },
    takeAnswer(request) {
      for (const answer of answers) {
        if (!matches(answer.fault.match, request)) continue;
        if (--answer.left <= 0) answers.delete(answer);
        return answer.fault;
      }
      return undefined;
    },
    delayMs: (request) =>
      [...delays].filter(({ match }) => matches(match, request)).reduce((sum, { ms }) => sum + ms, 0),
    stalled: (request) => [...stalls].find(({ match }) => matches(match, request))?.released.promise,
    dropsEvent: (resource) => dropped.take(resource),
    tearsFrame: (resource) => torn.take(resource),
    malforms: (resource) => malformed.take(resource),
    pageServed() {
      for (const listener of pageListeners) listener();
    },
    onCut: (resource, cut, part = "watch") => register(streams, { resource, part, cut }),
  };
}
