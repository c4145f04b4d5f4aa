import { execute, parse, validate } from "graphql";
import type { DocumentNode, ExecutionResult, GraphQLObjectType, GraphQLSchema } from "graphql";
import { describe, expect, it } from "vitest";
import { createSeededRandom } from "../../../bench/world/seeded-random.ts";
import type { SeededRandom } from "../../../bench/world/seeded-random.ts";
import { buildFleetSchema } from "../../../resolvers/build-schema.ts";
import { createLoaders } from "../../../src/loaders/create-loaders.ts";
import { createIndexes } from "../../../src/loaders/indexes.ts";
import type { RequestContext } from "../../../src/loaders/request-context.ts";
import { withRowWriter } from "../../../src/server/rows/row-writer.ts";
import type { RowWriter } from "../../../src/server/rows/row-writer.ts";
import type { PodRow } from "../../../src/kube/rows/row.ts";
import { createFakeClock } from "../../support/fake-clock.ts";
import { createFakeContext } from "../../resolvers/fake-context.ts";
import { createRandomDocument } from "./random-documents.ts";
import type { RandomDocument } from "./random-documents.ts";
import { accesses, createRandomWorld } from "./random-world.ts";

/** Documents compared; ROWS_DOCUMENTS=10000 ROWS_SEED=7 npx vitest run test/server/rows by hand. */
const documentCount = Number(process.env["ROWS_DOCUMENTS"] ?? 400);
const seed = Number(process.env["ROWS_SEED"] ?? 1);

interface Case extends RandomDocument {
  readonly document: DocumentNode;
}

/** Some pods' fields fail, or are promises: nobody's fault, and nothing the row writer may get wrong. */
function buildNastySchema(): GraphQLSchema {
  // Ages are of the moment: both sides must be asked at the same one.
  const schema = buildFleetSchema({ clock: createFakeClock() });
  const { qosClass, priorityClassName, serviceAccountName } = (schema.getType("Pod") as GraphQLObjectType).getFields();
  const mark = { extensions: { pure: true } };
  const isBad = ({ name }: PodRow): boolean => name.endsWith("7");
  Object.assign(qosClass!, mark, { resolve: (row: PodRow) => (isBad(row) ? Promise.resolve("later") : "now") });
  Object.assign(priorityClassName!, mark, {
    resolve(row: PodRow) {
      if (isBad(row)) throw new Error(`no class of ${row.name}`);
      return "high";
    },
  });
  Object.assign(serviceAccountName!, mark, { resolve: (row: PodRow) => (isBad(row) ? { no: "text" } : 5) });
  return schema;
}

function write({ errors, data }: ExecutionResult, writer?: RowWriter): string {
  const result = { errors: errors?.map((error) => error.toJSON()), data };
  const written = writer === undefined ? JSON.stringify(result) : writer.write(result);
  return typeof written === "string" ? written : Buffer.concat(written).toString();
}

describe("lists and objects written by rows", () => {
  it("should equal graphql-js's byte for byte, data and errors, whatever is asked, changes and may be seen", async () => {
    const random = createSeededRandom(seed);
    const schema = buildNastySchema();
    const { world, change } = createRandomWorld(random);
    const indexes = createIndexes();
    let time = 0;
    let isSlow = false;
    const clock = { ...world.clock, monotonic: () => (isSlow ? (time += 11) : time) };
    const limits = { bytes: 400_000, views: 60, wideRows: 6 };
    const writer = withRowWriter(execute, schema, { clock, limits });
    const documents = Array.from({ length: 24 }, () => createCase(schema, random));
    const tally = {
      compared: 0,
      differences: [] as string[],
      errors: 0,
      rightShape: 0,
      rightShapeFast: 0,
      objects: 0,
      objectsFast: 0,
      bytes: 0,
    };

    const contextOf = (): RequestContext => {
      const access = random.pick(accesses);
      const signal = new AbortController().signal;
      const options = world.options({ access, indexes, signal });
      return { ...createFakeContext(), signal, nowMs: options.nowMs, loaders: createLoaders(options) };
    };
    const compare = async (asked: readonly Case[]): Promise<void> => {
      // Contexts hold the snapshot they were made with: what changes afterwards concerns neither side.
      const contexts = asked.map(contextOf);
      const fastBefore = writer.counts.fast;
      const running = asked.map(async ({ document, variables }, index) => {
        return writer.execute({ schema, document, variableValues: variables, contextValue: contexts[index] });
      });
      if (isSlow) change();
      const fast = await Promise.all(running);
      if (asked.length === 1 && asked[0]!.isRightShape) {
        const { isOfObjects } = asked[0]!;
        tally[isOfObjects ? "objects" : "rightShape"]++;
        tally[isOfObjects ? "objectsFast" : "rightShapeFast"] += writer.counts.fast - fastBefore;
      }
      for (const [index, { document, variables, source }] of asked.entries()) {
        const slow = await execute({ schema, document, variableValues: variables, contextValue: contexts[index] });
        const [expected, found] = [write(slow), write(fast[index]!, writer)];
        tally.compared++;
        tally.bytes += expected.length;
        if (slow.errors !== undefined) tally.errors++;
        if (expected !== found) tally.differences.push(`${source}\n${JSON.stringify(variables)}\n${around(expected, found)}`); // prettier-ignore
      }
    };

    for (let round = 0; tally.compared < documentCount && tally.differences.length === 0; round++) {
      if (random.next() < 0.4) change();
      if (random.next() < 0.1) documents[random.below(documents.length)] = createCase(schema, random);
      if (random.next() < 0.01) writer.views.clear();
      isSlow = random.next() < 0.2;
      // The same ones come again and again, so that lists are patched more often than written anew.
      const choose = (): Case => random.pick(documents);
      await compare(isSlow ? [choose(), choose(), choose()] : [choose()]);
    }

    expect(tally.differences).toEqual([]);
    if (process.env["ROWS_DOCUMENTS"] !== undefined) process.stdout.write(`${JSON.stringify({ ...tally, ...writer.counts, held: writer.views.bytes })}\n`); // prettier-ignore
    // Else it would have proved nothing.
    expect(tally.errors).toBeGreaterThan(tally.compared / 100);
    expect(tally.rightShapeFast / tally.rightShape).toBeGreaterThan(0.6);
    expect(tally.objects).toBeGreaterThan(tally.compared / 30);
    expect(tally.objectsFast / tally.objects).toBeGreaterThan(0.6);
    expect(writer.counts.abandoned).toBeGreaterThan(0);
    expect(writer.counts.reused).toBeGreaterThan(tally.compared / 10);
    expect(writer.counts.patched).toBeGreaterThan(tally.compared / 20);
    expect(writer.views.bytes).toBeLessThanOrEqual(limits.bytes);
  }, 600_000);
});

function createCase(schema: GraphQLSchema, random: SeededRandom): Case {
  for (;;) {
    const made = createRandomDocument(schema, random);
    const document = parse(made.source);
    if (validate(schema, document).length === 0) return { ...made, document };
  }
}

function around(expected: string, found: string): string {
  let start = 0;
  while (expected[start] === found[start]) start++;
  const from = Math.max(0, start - 200);
  return `graphql-js: ${expected.slice(from, start + 300)}\nrows:       ${found.slice(from, start + 300)}`;
}
