import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { allCases } from "./cases/all-cases.ts";
import type { Bench, BenchCase, RowResult } from "./cases/bench-case.ts";
import type { ClusterPair } from "./clusters/cluster-pair.ts";
import { createKubeHttp } from "./clusters/kube-access.ts";
import { hasGo, missingForRealPair, startRealPair } from "./clusters/real-pair.ts";
import { compareAnswers } from "./compare-answers.ts";
import { toLines } from "./measure/table.ts";
import type { BenchOptions } from "./options.ts";
import { startFleetgraph } from "./targets/fleetgraph-target.ts";
import { untilQuiet } from "./targets/node-process.ts";
import { startPlain } from "./targets/plain-target.ts";
import type { PlainTarget } from "./targets/plain-target.ts";
import { countPods, loadWorld } from "./world/load-world.ts";
import { createReader } from "./world/reader.ts";
import { createPodChanger } from "./world/pod-changer.ts";
import { startEmbeddedPair } from "./clusters/embedded-pair.ts";

export interface BenchReport {
  readonly rows: readonly RowResult[];
  /** Rows that could not be had, and why. */
  readonly left: readonly string[];
  /** Cases that failed, and how: a wrong answer, or none. */
  readonly failed: readonly string[];
}

interface Closable {
  close(): Promise<void>;
}

/** The whole run: clusters, world, answers compared, then case by case. All that it started is ended when it resolves or rejects. */
export async function runBench(options: BenchOptions, say: (text: string) => void): Promise<BenchReport> {
  const cases = allCases.filter(({ name }) => options.only.length === 0 || options.only.includes(name));
  await mkdir(options.dir, { recursive: true });
  const runDir = await mkdtemp(join(options.dir, "run-"));
  const open: Closable[] = [{ close: () => rm(runDir, { recursive: true, force: true }) }];
  const closing = <T extends Closable>(thing: T): T => {
    open.unshift(thing);
    return thing;
  };
  try {
    const pair = closing(await startPair(options, runDir, say));
    await loadPair(pair, options, say);
    const bench = await createBench(pair, { options, runDir, closing, say });
    say("comparing the answers with kube-apiserver's");
    await compareAnswers(bench);
    return await runCases(cases, bench);
  } finally {
    for (const thing of open) await thing.close().catch((error: unknown) => say(`at the end: ${String(error)}`));
  }
}

async function startPair(options: BenchOptions, runDir: string, say: (text: string) => void): Promise<ClusterPair> {
  if (!options.embedded) {
    const missing = await missingForRealPair(process.env);
    if (missing === undefined) {
      say("starting two control planes");
      return startRealPair(options, process.env);
    }
    say(`no real control planes: ${missing}; embedded clusters instead`);
  }
  return startEmbeddedPair(runDir);
}

async function loadPair(pair: ClusterPair, { pods, nodes }: BenchOptions, say: (text: string) => void): Promise<void> {
  await Promise.all(
    pair.clusters.map(async (access) => {
      const http = createKubeHttp(access, 48);
      try {
        if ((await countPods(http)) === pods) return;
        say(`loading ${pods} pods into ${access.name}`);
        await loadWorld(access.name, http, { pods, nodes });
      } finally {
        http.close();
      }
    }),
  );
}

interface BenchParts {
  readonly options: BenchOptions;
  readonly runDir: string;
  readonly closing: <T extends Closable>(thing: T) => T;
  readonly say: (text: string) => void;
}

async function createBench(pair: ClusterPair, { options, runDir, closing, say }: BenchParts): Promise<Bench> {
  const changer = await createPodChanger(pair);
  closing({ close: async () => changer.close() });
  const token = await createReader(pair);
  let running: PlainTarget | undefined;
  const freshDir = (name: string): Promise<string> => mkdtemp(join(runDir, `${name}-`));
  return {
    options,
    pair,
    changer,
    token,
    say,
    freshDir,
    fleetgraph: once(async () => {
      const target = closing(
        await startFleetgraph({ clusters: pair.clusters, token, dir: await freshDir("fleetgraph") }),
      );
      const count = await target.whenComplete();
      if (count !== changer.keys.length) throw new Error(`fleetgraph holds ${count} pods, not ${changer.keys.length}`);
      return target;
    }),
    plain: once(async () => (running = closing(await startPlain(pair.clusters)))),
    async withoutPlain(act) {
      if (running === undefined) return act();
      const wake = running.process.pause();
      try {
        return await act();
      } finally {
        wake();
        await untilQuiet(running.process);
      }
    },
    clientGo: once(() => buildProgram("client-go", options.dir, say)),
    etcdWriter: once(() => buildProgram("etcd-writer", options.dir, say)),
  };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

/** Builds one of Go's programs beside; undefined where there is no Go. */
async function buildProgram(name: string, dir: string, say: (text: string) => void): Promise<string | undefined> {
  if (!(await hasGo(process.env))) return undefined;
  say(`building ${name}`);
  const file = join(dir, name);
  // From dist/bench/ the sources lie two folders up.
  const cwd = join(dirname(fileURLToPath(import.meta.url)), "..", "..", "bench", name);
  await promisify(execFile)("go", ["build", "-o", file, "."], { cwd, maxBuffer: 2 ** 26 });
  return file;
}

async function runCases(cases: readonly BenchCase[], bench: Bench): Promise<BenchReport> {
  const report = { rows: [] as RowResult[], left: [] as string[], failed: [] as string[] };
  for (const { name, needsReal, run } of cases) {
    if (bench.pair.kind === "embedded" && needsReal !== undefined) {
      report.left.push(`${name}: ${needsReal}`);
      continue;
    }
    bench.say(name);
    try {
      const rows = await run(bench);
      report.rows.push(...rows);
      // At once, so that a run that is ended early has not measured for nothing.
      if (!bench.options.smoke) for (const line of toLines(rows)) bench.say(`  ${line}`);
    } catch (error) {
      bench.say(`  FAILED: ${String(error)}`);
      report.failed.push(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
  return report;
}
