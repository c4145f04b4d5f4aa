import { afterEach, describe, expect, it } from "vitest";
import { knownResources } from "../../src/kube/known-resources.ts";
import { startBadDay } from "../../src/embedded/world/bad-day.ts";
import { createWorld } from "./support/create-world.ts";
import type { Json, World } from "./support/create-world.ts";

const { nodes, events } = knownResources;
let world: World;
afterEach(async () => {
  expect(world.complaints).toEqual([]);
  await world.close();
});

const ready = async (name: string): Promise<string> =>
  (await world.get(nodes, name)).status.conditions.find(({ type }: Json) => type === "Ready").status;

/** What a client sees within `ms`: a status, or nothing. */
async function ask(ms: number): Promise<number | "nothing"> {
  const client = new AbortController();
  let answer: number | "nothing" = "nothing";
  const request = new Request("http://embedded/api/v1/nodes", { signal: client.signal });
  const done = world.api.handler(request).then(
    ({ status }) => void (answer = status),
    () => {},
  );
  await world.after(ms);
  client.abort();
  await done;
  return answer;
}

describe("a bad day", () => {
  it("should let the last node of paris flap, with Events and taints", async () => {
    world = await createWorld(["paris-1", "paris-2", "paris-3"]);
    const calm = startBadDay({ name: "paris", api: world.api, clock: world.clock });
    const seen = [];
    for (let i = 0; i < 5; i++) {
      seen.push(await ready("paris-3"));
      await world.after(8_000);
    }
    expect(seen).toEqual(["True", "False", "True", "Unknown", "True"]);
    expect(await ready("paris-1")).toBe("True");
    expect((await world.list(events)).map(({ reason, count }) => [reason, count])).toEqual([["NodeNotReady", 3], ["NodeReady", 2]]); // prettier-ignore
    calm();
    const before = await ready("paris-3");
    await world.after(20_000);
    expect(await ready("paris-3")).toBe(before);
  });

  it("should make tokyo slow, then unreachable for a minute, then slow again", async () => {
    world = await createWorld();
    const calm = startBadDay({ name: "tokyo", api: world.api, clock: world.clock });
    expect(await ask(1_000)).toBe("nothing");
    expect(await ask(2_000)).toBe(200);
    await world.after(18_000);
    expect(await ask(30_000)).toBe("nothing");
    await world.after(30_000);
    expect(await ask(2_000)).toBe(200);
    calm();
    expect(await ask(0)).toBe(200);
  });

  it("should leave home alone", async () => {
    world = await createWorld();
    const calm = startBadDay({ name: "home", api: world.api, clock: world.clock });
    await world.after(30_000);
    expect(await ask(0)).toBe(200);
    expect(await ready("n2")).toBe("True");
    calm();
  });
});
