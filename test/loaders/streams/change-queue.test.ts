import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { AnyRow } from "../../../src/kube/rows/row.ts";
import type { Change } from "../../../src/cache/fleet-cache.ts";
import { createChangeQueue, selectChange } from "../../../src/loaders/streams/change-queue.ts";

interface Version {
  readonly uid: string;
  readonly version: number;
  readonly matching: boolean;
}

const toRow = (name: string, { uid, version, matching }: Version): AnyRow =>
  ({ clusterName: "home", resource: "pods", namespace: "shop", name, uid, resourceVersion: String(version), labelMap: matching ? { app: "web" } : {} }) as unknown as AnyRow; // prettier-ignore
const matches = (row: AnyRow): boolean => row.labelMap["app"] === "web";

interface Step {
  readonly name: string;
  readonly act: string;
  readonly matching: boolean;
  /** How many messages the receiver takes after it. */
  readonly read: number;
}

/** A history of one namespace: each step changes one of three objects. */
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    name: fc.constantFrom("a", "b", "c"),
    act: fc.constantFrom("write", "write", "delete", "recreate"),
    matching: fc.boolean(),
    read: fc.nat(2),
  }),
  { maxLength: 60 },
);

/** Turns steps into changes by the rules of a cluster: an object has one version at a time, and a new uid after each deletion. */
function* history(list: readonly Step[]): Generator<{ change: Change; read: number }> {
  const world = new Map<string, Version>();
  let sequence = 0;
  const emit = (name: string, before: Version | undefined, after: Version | undefined): Change => {
    if (after === undefined) world.delete(name);
    else world.set(name, after);
    const row = after ?? before;
    return {
      sequence: ++sequence,
      cluster: "home",
      resource: "pods",
      type: before === undefined ? "ADDED" : after === undefined ? "DELETED" : "MODIFIED",
      synthesised: false,
      before: before && toRow(name, before),
      after: after && toRow(name, after),
      resourceVersion: String(row?.version),
    };
  };
  for (const { name, act, matching, read } of list) {
    const before = world.get(name);
    if (act === "delete" || act === "recreate") {
      if (before !== undefined) yield { change: emit(name, before, undefined), read: act === "recreate" ? 0 : read };
      if (act === "delete") continue;
    }
    const now = world.get(name);
    const uid = now?.uid ?? `${name}-${sequence}`;
    yield { change: emit(name, now, { uid, version: sequence, matching }), read };
  }
}

describe("change queue", () => {
  it("should bring a receiver of any speed to the state of the world", () => {
    fc.assert(
      fc.property(steps, (list) => {
        const queue = createChangeQueue();
        const received = new Map<string, AnyRow>();
        const world = new Map<string, AnyRow>();
        const receive = (): void => {
          const item = queue.shift();
          if (item === undefined) return;
          const key = item.row.name;
          const had = received.get(key);
          // The receiver never hears of what it cannot know: no ADDED of what it has, no other of what it has not.
          expect(had !== undefined).toBe(item.type !== "ADDED");
          if (had !== undefined) expect(item.row.uid).toBe(had.uid);
          if (item.type === "DELETED") received.delete(key);
          else received.set(key, item.row);
        };
        for (const { change, read } of history(list)) {
          if (change.after === undefined) world.delete(change.before?.name ?? "");
          else world.set(change.after.name, change.after);
          const selected = selectChange(change, matches);
          if (selected !== undefined) queue.push(selected, change);
          for (let i = 0; i < read; i++) receive();
        }
        expect(queue.size).toBeLessThanOrEqual(6);
        while (queue.size > 0) receive();
        const selection = [...world].filter(([, row]) => matches(row));
        expect(Object.fromEntries(received)).toEqual(Object.fromEntries(selection));
      }),
      { numRuns: 500 },
    );
  });

  it("should say nothing of what came and went unseen", () => {
    const queue = createChangeQueue();
    for (const { change } of history([
      { name: "a", act: "write", matching: true, read: 0 },
      { name: "a", act: "delete", matching: true, read: 0 },
    ])) {
      const selected = selectChange(change, matches);
      if (selected !== undefined) queue.push(selected, change);
    }
    expect(queue.shift()).toBeUndefined();
  });

  it("should tell a change of the filter from a change of the world", () => {
    const [first, second, third] = [...history([
      { name: "a", act: "write", matching: false, read: 0 },
      { name: "a", act: "write", matching: true, read: 0 },
      { name: "a", act: "write", matching: false, read: 0 },
    ])].map(({ change }) => selectChange(change, matches)); // prettier-ignore
    expect(first).toBeUndefined();
    expect(second).toMatchObject({ type: "ADDED", reason: "ENTERED_FILTER" });
    expect(third).toMatchObject({ type: "DELETED", reason: "LEFT_FILTER", row: { resourceVersion: "1" } });
  });
});
