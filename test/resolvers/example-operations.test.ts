import { readFileSync } from "node:fs";
import { execute, getOperationAST, Kind, parse, subscribe, validate } from "graphql";
import type { DocumentNode, ExecutionResult, OperationDefinitionNode } from "graphql";
import { describe, expect, it } from "vitest";
import { buildFleetSchema } from "../../resolvers/build-schema.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { createFakeContext } from "./fake-context.ts";

const variables: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  PodDetail: { cluster: "home", namespace: "shop", name: "web-1-a" },
  Apply: { manifest: { kind: "ConfigMap" } },
  Scale: { id: "x", uid: "u", resourceVersion: "41" },
  Maintenance: { deployment: "x" },
};

/** What waits for something outside by its nature. */
const asynchronous = new Set(["PodDetail", "UnfinishedRollouts"]);

describe("the example operations", () => {
  const schema = buildFleetSchema({ clock: createFakeClock(Date.UTC(2026, 10, 21, 2, 0, 30)) });
  const document = parse(readFileSync(new URL("./example-operations.graphql", import.meta.url), "utf8"));
  const operations = document.definitions.filter((each) => each.kind === Kind.OPERATION_DEFINITION);

  it("should all be there", () => {
    expect(operations).toHaveLength(13);
  });

  for (const operation of operations) {
    const name = operation.name?.value ?? "";
    const alone: DocumentNode = { kind: Kind.DOCUMENT, definitions: [operation] };

    it(`should validate ${name}`, () => {
      expect(validate(schema, alone)).toEqual([]);
    });

    it(`should answer ${name}`, async () => {
      const { errors, data } = await run(operation, alone, name);
      expect(errors).toBeUndefined();
      expect(JSON.parse(JSON.stringify(data))).toMatchSnapshot();
    });

    if (operation.operation === "query" && !asynchronous.has(name)) {
      it(`should answer ${name} without a single promise`, () => {
        const result = execute({ schema, document: alone, contextValue: createFakeContext() });
        expect(result).not.toBeInstanceOf(Promise);
      });
    }
  }

  async function run(operation: OperationDefinitionNode, alone: DocumentNode, name: string): Promise<ExecutionResult> {
    const args = { schema, document: alone, contextValue: createFakeContext(), variableValues: variables[name] };
    expect(getOperationAST(alone)).toBe(operation);
    if (operation.operation !== "subscription") return await execute(args);
    const stream = await subscribe(args);
    if (!(Symbol.asyncIterator in stream)) return stream;
    const messages: unknown[] = [];
    for await (const { errors, data } of stream) {
      if (errors !== undefined) return { errors };
      messages.push(data);
    }
    return { data: { messages } };
  }
});
