import { GraphQLSchema, validateSchema } from "graphql";
import { describe, expect, it } from "vitest";
import { createApi } from "../../resolvers/create-api.ts";
import { systemClock } from "../../src/lib/clock.ts";

describe("the schema", () => {
  it.each([
    { relay: false, typePrefix: "" },
    { relay: true, typePrefix: "" },
    { relay: false, typePrefix: "Kube" },
    { relay: true, typePrefix: "Kube" },
  ])("should be valid with $relay and '$typePrefix', since nothing looks at it at the start", (subgraph) => {
    const { schema } = createApi({ subgraph, clock: systemClock });
    expect(schema.toConfig().assumeValid).toBe(true);
    expect(validateSchema(new GraphQLSchema({ ...schema.toConfig(), assumeValid: false }))).toEqual([]);
  });
});
