#!/usr/bin/env node
// dist/main.js: runs what was built with the code that V8 made of it then, which saves half of a start. V8 itself refuses what another version of it made.
// Without it, and where stack traces are to name the sources, dist/app.cjs is loaded as any other file.
import { readFileSync } from "node:fs";
import { Module, createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { Script } from "node:vm";

const file = fileURLToPath(new URL("app.cjs", import.meta.url));
const require = createRequire(file);
// What is loaded late (scripts/build.mjs): code from V8's cache knows no import() of its own.
globalThis.$load$ = (name) => import(name);

function readPacked() {
  try {
    const filename = fileURLToPath(new URL("app-$ID.packed", import.meta.url));
    const cachedData = readFileSync(filename.replace(/packed$/u, "code"));
    return new Script(readFileSync(filename, "latin1"), { filename, cachedData });
  } catch {
    return undefined;
  }
}

const packed = process.execArgv.includes("--enable-source-maps") ? undefined : readPacked();
if (packed === undefined) require(file);
else {
  // Where chunks look for it, which share code with it: it runs once.
  const module = (require.cache[file] = new Module(file));
  packed.runInThisContext()(module.exports, require, module, file, dirname(file));
}
