import { afterEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { createEmbeddedFleet } from "../../src/embedded-fleet.ts";
import type { EmbeddedFleet } from "../../src/embedded-fleet.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { silentLogger } from "../../src/lib/logger.ts";
import type { Json } from "./support/create-world.ts";

let fleet: EmbeddedFleet;
const written: string[][] = [];
afterEach(async () => {
  await fleet.close();
  written.length = 0;
});

const create = (faults = false): EmbeddedFleet =>
  (fleet = createEmbeddedFleet({
    clock: systemClock,
    random: Math.random,
    logger: silentLogger,
    faults,
    onKubeconfig: async (kubeconfig) =>
      void written.push(
        parse(kubeconfig)
          .contexts.map(({ name }: Json) => name)
          .filter((name: string) => !name.includes("@")),
      ),
  }));

describe("the embedded clusters of a process", () => {
  it("should say how to reach each, and write a kubeconfig of all that run", async () => {
    create();
    const [home, tokyo] = await Promise.all([fleet.start("home", "home"), fleet.start("tokyo", "tokyo")]);
    expect(home.endpoints[0]?.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(home.endpoints[0]?.url).not.toBe(tokyo.endpoints[0]?.url);
    await fleet.stop("home");
    expect(written).toEqual([["home"], ["home", "tokyo"], ["tokyo"]]);
  });

  it("should write a context for each person of a cluster, with a token that is another one in each", async () => {
    let config: Json;
    fleet = createEmbeddedFleet({
      clock: systemClock,
      random: Math.random,
      logger: silentLogger,
      onKubeconfig: async (kubeconfig) => void (config = parse(kubeconfig)),
    });
    await Promise.all([fleet.start("home", "home"), fleet.start("tokyo", "tokyo")]);
    const people = ["olga", "ann", "kenji", "max"];
    const contexts = ["home", "tokyo"].flatMap((cluster) => [cluster, ...people.map((name) => `${name}@${cluster}`)]);
    expect(config.contexts.map(({ name }: Json) => name)).toEqual(contexts);
    const tokens: string[] = config.users.flatMap(({ user }: Json) => user.token ?? []);
    expect(new Set(tokens).size).toBe(8);
    expect(tokens.every((token) => token.length >= 32)).toBe(true);
  });

  it("should reach what runs already under a name, and start another one after a stop", async () => {
    create(true);
    const first = await fleet.start("lab", "lab");
    const uid = fleet.get("lab")?.uid ?? "";
    expect(await fleet.start("lab", "lab")).toEqual(first);
    await fleet.stop("lab");
    expect(fleet.get("lab")).toBeUndefined();
    await fleet.start("lab", "lab");
    expect(fleet.get("lab")?.uid).not.toBe(uid);
    expect([fleet.hasUid(uid), fleet.hasUid("another")]).toEqual([true, false]);
  });
});
