import fc from "fast-check";
import { expect, it } from "vitest";
import { apart, createCase, evaluate, rbacCase, review } from "../support/rbac-cases.ts";
import type { Post } from "../support/rbac-cases.ts";
import { call, createTestApi } from "./support/create-test-api.ts";

it("should review access as our own evaluation of the same roles and bindings does", async () => {
  const api = createTestApi();
  const post: Post = (path, body) => call(api, "POST", path, body);
  let count = 0;
  await fc.assert(
    fc.asyncProperty(rbacCase, async (generated) => {
      const prefix = `case-${count++}`;
      const one = apart(generated, prefix);
      await createCase(one, prefix, post);
      expect(await review(one, post)).toEqual(evaluate(one));
    }),
    { numRuns: 30 },
  );
});
