import { describe, expect, it } from "vitest";
import { listAll } from "../../src/cache/list-all.ts";
import type { ListAllOptions, ListManner } from "../../src/cache/list-all.ts";
import type { KubeList, KubeReader } from "../../src/kube/client.ts";
import { KubeError } from "../../src/kube/kube-error.ts";
import { systemIdentity } from "../../src/kube/identity.ts";
import { knownResources } from "../../src/kube/known-resources.ts";

const piece = (name: string) => ({ value: { metadata: { name } }, json: "{}" });
const { signal } = new AbortController();

interface World {
  readonly asked: string[];
  readonly limits: (number | undefined)[];
  readonly manner: ListManner;
  /** What the parts come to. */
  parts: (signal: AbortSignal) => AsyncIterable<KubeList>;
}

/** Two pages, or the same in parts. */
function createWorld(): World {
  return {
    asked: [],
    limits: [],
    manner: { arrives: true },
    async *parts() {
      for (const name of ["a", "b"]) yield { items: [], pieces: [piece(name)], resourceVersion: "9" };
    },
  };
}

function optionsOf(world: World, more: Partial<ListAllOptions> = {}): ListAllOptions {
  const client: Pick<KubeReader, "list" | "listParts"> = {
    async list(_resource, { continue: token, limit }) {
      world.asked.push(`page ${token ?? "first"}`);
      world.limits.push(limit);
      return token === undefined
        ? { items: [], pieces: [piece("a")], resourceVersion: "7", continue: "more" }
        : { items: [], pieces: [piece("b")], resourceVersion: "7" };
    },
    listParts(_resource, { resourceVersion, resourceVersionMatch }, options) {
      world.asked.push(`whole ${resourceVersion} ${resourceVersionMatch}`);
      return world.parts(options.signal);
    },
  };
  const as = systemIdentity("test");
  return { client, cluster: "home", resource: knownResources.pods, pageLimit: 1, inPieces: true, manner: world.manner, signal, as, ...more }; // prettier-ignore
}

async function namesOf(options: ListAllOptions): Promise<unknown[]> {
  const names: unknown[] = [];
  for await (const { pieces = [], resourceVersion } of listAll(options)) {
    for (const { value } of pieces) names.push(`${(value as { metadata: { name: string } }).metadata.name}@${resourceVersion}`); // prettier-ignore
  }
  return names;
}

describe("a list of all", () => {
  it("should be asked for whole, no older than its first page, where that is not all", async () => {
    const world = createWorld();
    expect(await namesOf(optionsOf(world))).toEqual(["a@9", "b@9"]);
    expect(world.asked).toEqual(["page first", "whole 7 NotOlderThan"]);
    expect(world.manner.arrives).toBe(true);
  });

  it("should begin with a short page only where the whole may follow", async () => {
    const world = createWorld();
    await namesOf(optionsOf(world, { pageLimit: 500 }));
    world.manner.arrives = false;
    await namesOf(optionsOf(world, { pageLimit: 500 }));
    expect(world.limits).toEqual([50, 500, 500]);
  });

  it("should come in pages after the whole did not arrive", async () => {
    const world = createWorld();
    world.parts = async function* () {
      yield { items: [], pieces: [piece("a")], resourceVersion: "9" };
      throw new KubeError({ reason: "ConnectionFailed", message: "cut" });
    };
    await expect(namesOf(optionsOf(world))).rejects.toMatchObject({ reason: "ConnectionFailed" });
    world.asked.length = 0;
    expect(await namesOf(optionsOf(world))).toEqual(["a@7", "b@7"]);
    expect(world.asked).toEqual(["page first", "page more"]);
  });

  it("should give up a part that takes too long, whatever the stream waits for", async () => {
    const world = createWorld();
    let isClosed = false;
    world.parts = async function* (stop) {
      yield { items: [], pieces: [piece("a")], resourceVersion: "9" };
      await new Promise((_resolve, reject) => {
        stop.addEventListener("abort", () => {
          isClosed = true;
          reject(stop.reason as Error);
        });
      });
    };
    let asks = 0;
    const page: ListAllOptions["page"] = async (ask, within) => {
      asks += 1;
      const late = new KubeError({ reason: "Timeout", message: "no page" });
      return asks === 3 ? Promise.race([ask(within), Promise.reject(late)]) : ask(within);
    };
    await expect(namesOf(optionsOf(world, { page }))).rejects.toMatchObject({ reason: "Timeout" });
    expect(isClosed).toBe(true);
    expect(world.manner.arrives).toBe(false);
  });

  it("should be refused where parts are of different versions", async () => {
    const world = createWorld();
    world.parts = async function* () {
      for (const resourceVersion of ["9", "10"]) yield { items: [], pieces: [], resourceVersion };
    };
    await expect(namesOf(optionsOf(world))).rejects.toMatchObject({ reason: "MalformedResponse" });
  });

  it("should come in pages where the client gives no pieces, or nobody keeps how lists went", async () => {
    const world = createWorld();
    expect(await namesOf(optionsOf(world, { manner: undefined }))).toEqual(["a@7", "b@7"]);
    expect(world.asked).toEqual(["page first", "page more"]);
  });
});
