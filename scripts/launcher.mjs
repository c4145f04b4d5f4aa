#!/usr/bin/env node
// dist/main.js: runs dist/app.cjs with the code that V8 made of it when it was built, which saves half of a start. V8 itself refuses what another version of
// it made; the name says of which content it is. Without it, and where stack traces are to name the sources, the file is loaded as any other.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";

const file = fileURLToPath(new URL("app.cjs", import.meta.url));
const require = createRequire(file);
// What is loaded late (scripts/build.mjs): code from V8's cache knows no import() of its own.
globalThis.$load$ = (name) => import(name);

function readCode(source) {
  try {
    return readFileSync(`${file}.${createHash("sha1").update(source).digest("hex").slice(0, 16)}`);
  } catch {
    return undefined;
  }
}

if (process.execArgv.includes("--enable-source-maps")) require(file);
else {
  const source = readFileSync(file);
  const script = new Script(
    `(function (exports, require, module, __filename, __dirname) {${source.toString().replace(/^#!.*/u, "")}\n})`,
    { filename: file, cachedData: readCode(source) },
  );
  const module = { exports: {} };
  script.runInThisContext()(module.exports, require, module, file, dirname(file));
}
