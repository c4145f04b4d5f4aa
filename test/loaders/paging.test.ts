import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../src/kube/object.ts";
import type { PodRow } from "../../src/kube/rows/row.ts";
import { createLoaders } from "../../src/loaders/create-loaders.ts";
import { formatCursor } from "../../src/loaders/page/cursor.ts";
import type { Connection, ListArgs, OrderInput } from "../../src/loaders/request-context.ts";
import { pod } from "./support/objects.ts";
import { createWorld } from "./support/world.ts";
import type { World } from "./support/world.ts";

const namesOf = (connection: Connection<PodRow>): readonly string[] =>
  connection.nodes().map(({ clusterName, namespace, name }) => `${clusterName}|${namespace}/${name}`);

function list(world: World, args: ListArgs): Connection<PodRow> {
  return createLoaders(world.options()).pods(args) as Connection<PodRow>;
}

function filled(...names: readonly string[]): World {
  const world = createWorld([{ name: "home", role: "home" }, { name: "paris" }]);
  world.put("home", ...names.map((name, index) => pod(name, { restarts: index % 3 })));
  return world;
}

describe("pages", () => {
  it("should follow Relay's rules at the edges", () => {
    const world = filled("a", "b", "c", "d");
    const all = list(world, {}).edges();
    const cursor = (index: number): string => all[index]!.cursor;
    const page = (args: ListArgs): readonly [string, boolean, boolean] => {
      const connection = list(world, args);
      const { hasPreviousPage, hasNextPage } = connection.pageInfo();
      return [
        connection
          .nodes()
          .map(({ name }) => name)
          .join(""),
        hasPreviousPage,
        hasNextPage,
      ];
    };
    expect(page({})).toEqual(["abcd", false, false]);
    expect(page({ first: 2 })).toEqual(["ab", false, true]);
    expect(page({ first: 2, after: cursor(1) })).toEqual(["cd", true, false]);
    expect(page({ last: 2 })).toEqual(["cd", true, false]);
    expect(page({ last: 1, before: cursor(2) })).toEqual(["b", true, true]);
    expect(page({ after: cursor(0), before: cursor(3) })).toEqual(["bc", true, true]);
    expect(page({ after: cursor(2), before: cursor(1) })).toEqual(["", true, true]);
    expect(page({ first: 0 })).toEqual(["", false, true]);
    expect(list(world, { first: 0 }).pageInfo()).toMatchObject({ startCursor: null, endCursor: null });
    expect(list(world, { first: 2 }).pageInfo()).toMatchObject({ startCursor: cursor(0), endCursor: cursor(1) });
    expect(list(world, { first: 1 }).totalCount()).toBe(4);
  });

  it("should give 100 where nothing is said", () => {
    const world = filled(...Array.from({ length: 130 }, (_, index) => `p${String(index).padStart(3, "0")}`));
    expect(list(world, {}).nodes()).toHaveLength(100);
    expect(list(world, { first: null, last: null }).nodes()).toHaveLength(100);
    expect(list(world, { first: 50_000 }).nodes()).toHaveLength(130);
  });

  it.each([
    ["negative first", { first: -1 }, "BAD_USER_INPUT", "first must not be negative"],
    ["negative last", { last: -5 }, "BAD_USER_INPUT", "last must not be negative"],
    ["both", { first: 1, last: 1 }, "BAD_USER_INPUT", "first and last cannot be used together"],
    ["too many", { first: 50_001 }, "LIMIT_EXCEEDED", "at most 50000"],
  ])("should refuse %s", (_name, args, code, message) => {
    expect(() => list(filled("a"), args)).toThrow(expect.objectContaining({ code }));
    expect(() => list(filled("a"), args)).toThrow(message);
  });

  it("should say why a cursor is none of this list's", () => {
    const world = filled("a", "b");
    const { cursor } = list(world, { where: { phase: { eq: "Running" } } }).edges()[0]!;
    const refused = (args: ListArgs, message: string): void => {
      expect(() => list(world, args)).toThrow(expect.objectContaining({ code: "CURSOR_INVALID" }));
      expect(() => list(world, args)).toThrow(message);
    };
    refused({ after: "not a cursor" }, "after is not a cursor of a list");
    refused({ before: "" }, "before is not a cursor of a list");
    refused({ after: cursor }, "another list, where or orderBy");
    refused({ after: cursor, where: { phase: { eq: "Failed" } } }, "another list, where or orderBy");
    refused(
      { after: cursor, where: { phase: { eq: "Running" } }, labelSelector: "app" },
      "another list, where or orderBy",
    );
    refused(
      { after: cursor, where: { phase: { eq: "Running" } }, orderBy: [{ field: "NAME", direction: "ASC" }] },
      "another list, where or orderBy",
    );
    refused({ after: Buffer.from(JSON.stringify([2, "x", "y"])).toString("base64url") }, "another format");
    const [, hash] = JSON.parse(Buffer.from(cursor, "base64url").toString()) as [number, string];
    refused(
      { after: formatCursor(hash, { values: [1, 2, 3], id: "x" }), where: { phase: { eq: "Running" } } },
      "damaged cursor",
    );
    expect(list(world, { after: cursor, where: { phase: { eq: "Running" } } }).nodes()).toHaveLength(1);
  });

  it("should take a cursor whatever the order of keys in where, and with Date or text", () => {
    const world = filled("a", "b");
    const { cursor } = list(world, { where: { phase: { eq: "Running" }, ready: { eq: true } } }).edges()[0]!;
    expect(
      list(world, { after: cursor, where: { ready: { eq: true }, phase: { eq: "Running" } } }).nodes(),
    ).toHaveLength(1);
  });

  it("should not take the cursor of one node's pods for another's", () => {
    const world = filled();
    const make = (name: string): KubeObject => ({ apiVersion: "v1", kind: "Node", metadata: { name } });
    world.put("home", make("n1"), make("n2"), pod("a", { node: "n1" }), pod("b", { node: "n2" }));
    const loaders = createLoaders(world.options());
    const nodes = (loaders.nodes({}) as Connection<Parameters<typeof loaders.nodePods>[0]>).nodes();
    const after = loaders.nodePods(nodes[0]!, {}).edges()[0]!.cursor;
    expect(() => loaders.nodePods(nodes[1]!, { after })).toThrow(/another list/);
    expect(loaders.nodePods(nodes[0]!, { after }).nodes()).toEqual([]);
  });
});

const orders: readonly (readonly OrderInput[] | undefined)[] = [
  undefined,
  [{ field: "RESTARTS", direction: "DESC" }],
  [
    { field: "NODE_NAME", direction: "DESC" },
    { field: "CREATED_AT", direction: "ASC" },
  ],
  [
    { field: "CPU_REQUESTS", direction: "ASC" },
    { field: "NAME", direction: "DESC" },
  ],
  [{ field: "CLUSTER", direction: "DESC" }],
];

const objects = fc.uniqueArray(
  fc.record({
    cluster: fc.constantFrom("home", "paris", "athens"),
    namespace: fc.constantFrom("a", "b"),
    name: fc.constantFrom(..."a b c d e f g h i j k l".split(" ")),
    restarts: fc.integer({ min: 0, max: 2 }),
    node: fc.option(fc.constantFrom("n1", "n2"), { nil: undefined }),
    cpu: fc.option(fc.constantFrom("1", "1000m", "250m"), { nil: undefined }),
  }),
  { selector: ({ cluster, namespace, name }) => `${cluster}|${namespace}/${name}`, maxLength: 25 },
);

function worldOf(pods: readonly { readonly cluster: string; readonly name: string }[]): World {
  const world = createWorld([{ name: "home", role: "home" }, { name: "athens" }, { name: "paris" }]);
  for (const { cluster, name, ...options } of pods) world.put(cluster, pod(name, options));
  return world;
}

describe("paging through a list", () => {
  it("should equal the whole list forwards, and backwards its reverse", () => {
    fc.assert(
      fc.property(objects, fc.constantFrom(...orders), fc.integer({ min: 1, max: 7 }), (pods, orderBy, size) => {
        const world = worldOf(pods);
        const whole = namesOf(list(world, { orderBy }));
        const forwards: string[] = [];
        for (let after: string | null = null; ;) {
          const page = list(world, { orderBy, first: size, after });
          forwards.push(...namesOf(page));
          if (!page.pageInfo().hasNextPage) break;
          after = page.pageInfo().endCursor;
        }
        expect(forwards).toEqual(whole);
        const backwards: string[] = [];
        for (let before: string | null = null; ;) {
          const page = list(world, { orderBy, last: size, before });
          backwards.push(...namesOf(page).toReversed());
          if (!page.pageInfo().hasPreviousPage) break;
          before = page.pageInfo().startCursor;
        }
        expect(backwards).toEqual(whole.toReversed());
      }),
      { numRuns: 60 },
    );
  });

  it("should neither repeat nor lose what stays when others come and go between pages", () => {
    fc.assert(
      fc.property(
        objects,
        objects,
        fc.constantFrom(...orders),
        fc.integer({ min: 1, max: 4 }),
        fc.integer(),
        (pods, coming, orderBy, size, seed) => {
          const world = worldOf(pods);
          const stays = (name: string): boolean => (name.charCodeAt(0) + seed) % 2 === 0;
          const going = pods.filter(({ name }) => !stays(name));
          const seen: string[] = [];
          let turn = 0;
          for (let after: string | null = null; ; turn++) {
            const page = list(world, { orderBy, first: size, after });
            seen.push(...namesOf(page));
            if (!page.pageInfo().hasNextPage) break;
            after = page.pageInfo().endCursor;
            const gone = going[turn];
            if (gone !== undefined) world.remove(gone.cluster, pod(gone.name, { namespace: gone.namespace }));
            const comes = coming[turn];
            if (
              comes !== undefined &&
              !pods.some(
                ({ cluster, namespace, name }) =>
                  cluster === comes.cluster && namespace === comes.namespace && name === comes.name,
              )
            ) {
              const { cluster, name, ...options } = comes;
              world.put(cluster, pod(name, options));
            }
          }
          expect(new Set(seen).size).toBe(seen.length);
          const kept = pods
            .filter(({ name }) => stays(name))
            .map(({ cluster, namespace, name }) => `${cluster}|${namespace}/${name}`);
          expect(seen).toEqual(expect.arrayContaining(kept));
        },
      ),
      { numRuns: 60 },
    );
  });
});
