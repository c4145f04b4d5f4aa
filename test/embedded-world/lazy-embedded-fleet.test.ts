import { afterEach, describe, expect, it } from "vitest";
import { createEmbeddedFleet } from "../../src/embedded-fleet.ts";
import type { EmbeddedFleet } from "../../src/embedded-fleet.ts";
import { createLazyEmbeddedFleet } from "../../src/lazy-embedded-fleet.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/logger.ts";

let fleet: EmbeddedFleet | undefined;
afterEach(() => fleet?.close());

function setup() {
  let loads = 0;
  const lazy = createLazyEmbeddedFleet(async () => {
    loads++;
    return createEmbeddedFleet({ clock: systemClock, random: Math.random, logger: silentLogger });
  });
  fleet = lazy;
  return { lazy, loads: () => loads };
}

describe("embedded clusters whose code is loaded late", () => {
  it("should load nothing where none is started", async () => {
    const { lazy, loads } = setup();

    await lazy.stop("home");
    await lazy.close();

    expect(lazy.get("home")).toBeUndefined();
    expect(lazy.hasUid("a")).toBe(false);
    expect(loads()).toBe(0);
  });

  it("should load once, and be the clusters that run", async () => {
    const { lazy, loads } = setup();

    const [home] = await Promise.all([lazy.start("home", "home"), lazy.start("abroad", "abroad")]);

    expect(loads()).toBe(1);
    expect(home.endpoints[0]?.url).toMatch(/^https:/u);
    expect(lazy.hasUid(lazy.get("home")?.uid ?? "")).toBe(true);
    await lazy.stop("home");
    expect(lazy.get("home")).toBeUndefined();
    expect(lazy.get("abroad")).toBeDefined();
  });

  it("should stop what is still starting", async () => {
    const { lazy } = setup();

    const starting = lazy.start("home", "home");
    await Promise.all([starting, lazy.close()]);

    expect(lazy.get("home")).toBeUndefined();
  });
});
