import { describe, expect, it } from "vitest";
import type { PartitionSnapshot } from "../../../src/cache/fleet-cache.ts";
import type { Chunk } from "../../../src/server/rows/chunk.ts";
import type { RowPlan } from "../../../src/server/rows/row-plan.ts";
import { createViews } from "../../../src/server/rows/views.ts";

const plan: RowPlan = { write: () => "", slots: [], isKept: true };

function partition(revision: number, namespace = "shop"): PartitionSnapshot {
  return { key: keys[namespace]!, revision, rows: [], get: () => undefined };
}

const keys: Readonly<Record<string, PartitionSnapshot["key"]>> = Object.fromEntries(
  ["shop", "ops"].map((namespace) => [namespace, { cluster: "home", resource: "pods", namespace }]),
);

const chunk = (length: number): Chunk => ({
  rows: [],
  bytes: Buffer.alloc(length),
  ends: [],
  related: [],
});

describe("views", () => {
  it("should make a view once and know it by its key", () => {
    const views = createViews({ bytes: 1e6, views: 10, wideRows: 1 });
    let made = 0;
    const get = (key: string) => views.get(key, () => (made++, plan));
    expect(get("a")).toBe(get("a"));
    expect(get("b")).not.toBe(get("a"));
    expect(made).toBe(2);
  });

  it("should keep the newest chunk of each partition and variant, and count what they take", () => {
    const views = createViews({ bytes: 1e6, views: 10, wideRows: 1 });
    const view = views.get("a", () => plan);
    const [old, now, other] = [chunk(10), chunk(1_000), chunk(5)];
    view.keep(partition(2), "1", old);
    view.keep(partition(3), "1", now);
    view.keep(partition(1), "1", chunk(99_999));
    view.keep(partition(3, "ops"), "0", other);
    expect(view.chunk(keys["shop"]!, "1")).toBe(now);
    expect(view.chunk(keys["shop"]!, "0")).toBeUndefined();
    expect(view.chunk(keys["ops"]!, "0")).toBe(other);
    expect(views.bytes).toBe(1_000 + 5 + 600);
    views.clear();
    expect(views.bytes).toBe(0);
  });

  it("should forget the views that were not used for longest, by bytes and by number", () => {
    const views = createViews({ bytes: 3_000, views: 3, wideRows: 1 });
    const get = (key: string) => views.get(key, () => ({ ...plan }));
    const [a, b] = [get("a"), get("b")];
    a.keep(partition(1), "", chunk(1_000));
    b.keep(partition(1), "", chunk(1_000));
    get("a");
    get("c").keep(partition(1), "", chunk(1_000));
    expect(views.bytes).toBeLessThanOrEqual(3_000);
    expect(get("a")).toBe(a);
    expect(get("b")).not.toBe(b);
    get("d");
    get("e");
    expect(views.size).toBe(3);
    // Whoever still writes with a forgotten view keeps nothing in it.
    b.keep(partition(2), "", chunk(1_000_000));
    expect(b.chunk(keys["shop"]!, "")).toBeUndefined();
    expect(views.bytes).toBeLessThanOrEqual(3_000);
  });
});
