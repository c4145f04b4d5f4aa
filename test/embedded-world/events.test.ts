import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { knownResources } from "../../src/kube/known-resources.ts";
import { createEventRecorder } from "../../src/embedded/world/event-recorder.ts";
import { createWorld } from "./support/create-world.ts";
import type { World } from "./support/create-world.ts";

const { events, nodes, namespaces } = knownResources;
let world: World;
beforeEach(async () => {
  world = await createWorld(["n1"]);
});
afterEach(async () => {
  expect(world.complaints).toEqual([]);
  await world.close();
});

const event = (message: string) =>
  ({ type: "Normal", reason: "Test", message, component: "tester", host: "n1" }) as const;

describe("the event recorder", () => {
  it("should count up what is said again of the same object, and write anew what differs", async () => {
    const recorder = createEventRecorder(world.client, world.clock);
    const node = await world.get(nodes, "n1");
    const { signal } = world.options;
    await recorder.record(node, event("one"), signal);
    await world.clock.advance(5_000);
    await recorder.record(node, event("one"), signal);
    await recorder.record(node, event("two"), signal);
    expect(await world.list(events, "default")).toMatchObject([
      { message: "one", count: 2, firstTimestamp: "2026-11-21T00:00:00Z", lastTimestamp: "2026-11-21T00:00:05Z", source: { component: "tester", host: "n1" }, involvedObject: { kind: "Node", name: "n1" } }, // prettier-ignore
      { message: "two", count: 1 },
    ]);
  });

  it("should begin anew after its Event was deleted", async () => {
    const recorder = createEventRecorder(world.client, world.clock);
    const node = await world.get(nodes, "n1");
    await recorder.record(node, event("one"), world.options.signal);
    for (const name of await world.names(events)) await world.remove(events, `default/${name}`);
    await recorder.record(node, event("one"), world.options.signal);
    expect(await world.list(events)).toMatchObject([{ count: 1 }]);
  });

  it("should lose quietly what cannot be written", async () => {
    const recorder = createEventRecorder(world.client, world.clock);
    const pod = { apiVersion: "v1", kind: "Pod", metadata: { name: "p", namespace: "nowhere", uid: "u" } };
    await recorder.record(pod, event("one"), world.options.signal);
    expect(await world.list(events)).toEqual([]);
  });
});

describe("the expiry of Events", () => {
  it("should let them go an hour after they last happened, whoever wrote them", async () => {
    await createEventRecorder(world.client, world.clock).record(await world.get(nodes, "n1"), event("one"), world.options.signal); // prettier-ignore
    await world.create(events, { apiVersion: "v1", kind: "Event", metadata: { name: "foreign", namespace: "default" }, involvedObject: { kind: "Namespace", name: "default", namespace: "default" }, reason: "X", message: "y", type: "Normal" }); // prettier-ignore
    world.clock.jump(3_500_000);
    await world.after(61_000);
    expect(await world.names(events)).toHaveLength(2);
    world.clock.jump(200_000);
    await world.after(61_000);
    expect(await world.names(events)).toEqual([]);
  });

  it("should keep a thousand at most, the newest", async () => {
    const recorder = createEventRecorder(world.client, world.clock);
    const [object] = await world.list(namespaces);
    for (let i = 0; i < 1_010; i++) {
      if (i === 10) world.clock.jump(1_000);
      await recorder.record(object, event(`message ${i}`), world.options.signal);
    }
    await world.after(61_000);
    const left = (await world.list(events)).map(({ message }) => message);
    expect(left).toHaveLength(1_000);
    expect(left).not.toContain("message 9");
  });
});
