import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import * as undici from "undici";
import { expect, it } from "vitest";

const bundled = createRequire(import.meta.url)("../../scripts/undici.cjs") as Readonly<Record<string, unknown>>;

it("should bundle undici's own of whatever connections take of it", async () => {
  const text = await readFile(new URL("../../src/transport/connections.ts", import.meta.url), "utf8");
  const names = /import \{ ([^}]+) \} from "undici"/u.exec(text)?.[1]?.split(", ") ?? [];
  expect(names.length).toBeGreaterThan(0);
  expect(Object.keys(bundled).sort()).toEqual(names.sort());
  for (const name of names) expect(bundled[name]).toBe((undici as Readonly<Record<string, unknown>>)[name]);
  expect(undici.Client.prototype.request).toBeTypeOf("function");
});
