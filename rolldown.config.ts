import { defineConfig } from "rolldown";

/**
 * The executables. Packages stay outside the bundle: Node resolves one copy of each, `graphql` included, and licences stay where they lie.
 */
export default defineConfig({
  input: { main: "src/main.ts", "emit-schema": "src/emit-schema.ts" },
  platform: "node",
  external: [/^[^./]/],
  tsconfig: "tsconfig.json",
  output: { dir: "dist", format: "esm", sourcemap: true, cleanDir: true },
});
