#!/usr/bin/env node
/**
 * Builds the playground (GraphiQL, its editors and workers) into src/server/playground/assets, which is committed, so that `npm ci` stays
 * free of its 200 MB of modules. It is built in a throw-away folder from scripts/playground with that folder's own lock file.
 *
 *   node scripts/build-playground.mjs          builds and replaces the assets
 *   node scripts/build-playground.mjs --check  builds and compares; exit code 1 where the committed files differ (for CI)
 */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const scripts = dirname(fileURLToPath(import.meta.url));
const assets = join(scripts, "..", "src", "server", "playground", "assets");
/** More would be felt in every clone. */
const maximumBytes = 7_000_000;

const folder = mkdtempSync(join(tmpdir(), "fleetgraph-playground-"));
try {
  const built = build(folder);
  const bytes = [...built.values()].reduce((sum, content) => sum + content.length, 0);
  if (bytes > maximumBytes) fail(`The playground is ${bytes} bytes; at most ${maximumBytes} are allowed.`);
  if (process.argv.includes("--check")) check(built);
  else replace(join(folder, "dist"));
  console.log(`playground: ${built.size} files, ${(bytes / 1e6).toFixed(1)} MB`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

function build(folder) {
  cpSync(join(scripts, "playground"), folder, { recursive: true });
  const run = (command, ...args) =>
    execFileSync(command, args, { cwd: folder, stdio: ["ignore", "ignore", "inherit"] });
  run("npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts");
  run(process.execPath, "node_modules/vite/bin/vite.js", "build");
  return read(join(folder, "dist"));
}

function read(folder) {
  const names = readdirSync(folder).sort();
  return new Map(names.map((name) => [name, readFileSync(join(folder, name))]));
}

function replace(dist) {
  rmSync(assets, { recursive: true, force: true });
  mkdirSync(assets, { recursive: true });
  cpSync(dist, assets, { recursive: true });
}

function check(built) {
  const committed = read(assets);
  const names = new Set([...built.keys(), ...committed.keys()]);
  const differing = [...names].filter((name) => {
    const [left, right] = [built.get(name), committed.get(name)];
    return left === undefined || right === undefined || !left.equals(right);
  });
  if (differing.length > 0) {
    fail(
      `The committed playground is not what its sources build: ${differing.join(", ")}.\nRun node scripts/build-playground.mjs and commit the result.`,
    );
  }
}

function fail(message) {
  console.error(message);
  process.exitCode = 1;
  throw new Error(message);
}
