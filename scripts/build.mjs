// Builds dist/: the executables. Packages stay outside the bundle: Node resolves one copy of each, `graphql` included, and licences stay where
// they lie. One build for each: a chunk shared by two entries would run before their first import, reflect-metadata.
import { build } from "rolldown";

for (const name of ["main", "emit-schema"]) {
  await build({
    input: `src/${name}.ts`,
    platform: "node",
    // The decorator helper is part of the compiler, not a package of ours.
    external: [/^(?!@oxc-project\/)[^./\0]/],
    tsconfig: "tsconfig.json",
    output: { file: `dist/${name}.js`, format: "esm", sourcemap: true },
  });
}
