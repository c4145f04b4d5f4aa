import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { emitSchema } from "../../resolvers/build-schema.ts";

describe("schema/schema.graphql", () => {
  it("should be what the classes say; `npm run schema` writes it anew", () => {
    const committed = readFileSync(new URL("../../schema/schema.graphql", import.meta.url), "utf8");
    expect(committed === emitSchema()).toBe(true);
  });

  it("should be the same however often it is built in a process", () => {
    expect(emitSchema() === emitSchema()).toBe(true);
  });

  it("should have entities' keys, and nothing that is for routers alone", () => {
    expect(emitSchema()).toMatch(
      /^type Pod .*@key\(fields: "id"\) @key\(fields: "cluster \{ name \} namespace name"\) \{$/m,
    );
    expect(emitSchema()).not.toMatch(/extend schema|@inaccessible|@link|_service/);
  });
});
