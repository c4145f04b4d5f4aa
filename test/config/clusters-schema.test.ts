import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { clustersSchema } from "../../src/config/clusters-schema.ts";

describe("the schema of clusters.yaml", () => {
  it("should be a JSON Schema, which is not looked at when the server starts", () => {
    expect(new Ajv({ allowUnionTypes: true }).validateSchema(clustersSchema)).toBe(true);
  });
});
