// Builds dist/: the executables. What the server needs at every start is in one file, its packages too: to find and read some thousand files takes Node
// longer than to run them. What is loaded only where somebody needs it stays a package, and so does what looks for files of its own. The packages remain
// installed, with their licences. One build for each: a chunk shared by two entries would run before their first import, reflect-metadata.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chmod, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join, resolve as absolute } from "node:path";
import { promisify } from "node:util";
import { build } from "rolldown";

const run = promisify(execFile);
const { resolve } = createRequire(import.meta.url);
/** Loaded late (client-node, x509, OpenTelemetry's SDK), or not there at all (what `ws` and type-graphql try). */
const lateOrOptional = [
  "@kubernetes/client-node",
  "@peculiar/x509",
  /^@opentelemetry\/(?!api$)/,
  "bufferutil",
  "utf-8-validate",
  "class-validator",
];

await rm("dist/chunks", { recursive: true, force: true });
await build({
  input: "src/main.ts",
  platform: "node",
  external: lateOrOptional,
  // One copy of graphql for those who import it and those who require it; and of undici what is used.
  resolve: { alias: { graphql$: resolve("graphql"), undici$: absolute("scripts/undici.cjs") } },
  tsconfig: "tsconfig.json",
  // Else graphql looks for other copies of itself at each field.
  transform: { define: { "process.env.NODE_ENV": '"production"' } },
  // Of circular imports inside of packages, and of what is not there on purpose; errors throw.
  logLevel: "silent",
  output: {
    dir: "dist",
    format: "cjs",
    sourcemap: true,
    entryFileNames: "app.cjs",
    chunkFileNames: "chunks/[name]-[hash].cjs",
    minify: { compress: false, mangle: false, codegen: { removeWhitespace: true } },
  },
});
// Node finds no loader for import() in code that V8 kept: those of packages are asked of the launcher, by a name as long, so that source maps stay true.
const app = (await readFile("dist/app.cjs", "utf8")).replaceAll("import(`", "$load$(`");
await writeFile("dist/app.cjs", app);
// The same as one function, for launcher.mjs: of ASCII alone, which V8 takes as it is and in half the memory. What is not stands in strings only.
const body = app
  .replace(/^#!.*/u, "")
  .replace(/[^\0-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
const packed = `(function (exports, require, module, __filename, __dirname) {${body}\n})`;
// V8 looks at nothing but the length to know whether code is of a text: they share a name that no others have.
const id = createHash("sha256").update(packed).digest("hex").slice(0, 16);
await writeFile(`dist/app-${id}.packed`, packed);
await run(process.execPath, ["scripts/cache-code.mjs", id]);
await writeFile("dist/main.js", (await readFile("scripts/launcher.mjs", "utf8")).replace("$ID", id));
await chmod("dist/main.js", 0o755);
for (const name of await readdir("dist"))
  if (/^app.*\.(?:packed|code)$/u.test(name) && !name.includes(id)) await rm(join("dist", name));
await build({
  input: "src/emit-schema.ts",
  platform: "node",
  // The decorator helper is part of the compiler, not a package of ours.
  external: [/^(?!@oxc-project\/)[^./\0]/],
  tsconfig: "tsconfig.json",
  output: { file: "dist/emit-schema.js", format: "esm", sourcemap: true },
});
