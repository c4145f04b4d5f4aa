#!/usr/bin/env node
import "reflect-metadata";
import { randomUUID } from "node:crypto";
import { readFileSync, watch } from "node:fs";
import * as files from "node:fs/promises";
import { homedir, hostname } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { Registry } from "prom-client";
import { createApp } from "./app.ts";
import { createNodeDisk } from "./cache/disk/node-disk.ts";
import { PackedSnapshotStore } from "./cache/disk/packed-snapshot-store.ts";
import type { ProcessIdentity } from "./cache/disk/folder-lock.ts";
import { runCli } from "./cli/run-cli.ts";
import type { RunCliOptions } from "./cli/run-cli.ts";
import { createFilePinnedIdentities } from "./cluster/file-pinned-identities.ts";
import type { ConfigEnvironment } from "./config/config-environment.ts";
import type { WatchFolder } from "./config/watch-config.ts";
import { createKeeping } from "./keeping.ts";
import { createLazyEmbeddedFleet } from "./lazy-embedded-fleet.ts";
import { systemClock } from "./lib/clock.ts";
import { createOtelTracer, wantsTracing } from "./otel-tracer.ts";
import { createLogger } from "./server/pino-logger.ts";

/** The process edge: the only file that touches `process`. */
const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
const environment: ConfigEnvironment = {
  files: {
    readFile: (path) => files.readFile(path, "utf8"),
    access: (path) => files.access(path, files.constants.R_OK),
  },
  env: process.env,
  homeDir: homedir(),
  cwd: process.cwd(),
};

const self: ProcessIdentity = { pid: process.pid, hostname: hostname(), token: randomUUID(), isAlive };

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is one all the same.
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}

/** First signal: stop gracefully. Second: at once. */
function stopSignal(): AbortSignal {
  const stop = new AbortController();
  const onSignal = (): void => {
    if (stop.signal.aborted) process.exit(1);
    stop.abort(new Error("told to stop"));
  };
  process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
  return stop.signal;
}

const watchFolder: WatchFolder = (folder, listener) => {
  try {
    const watcher = watch(folder, { persistent: false }, listener);
    watcher.on("error", () => {});
    return () => watcher.close();
  } catch {
    return () => {};
  }
};

/** What the last spans may take to get out once everything has stopped. */
const traceMs = 1_000;

/**
 * V8 optimizes a function once it has run so much of its bytecode, several times over: 132 KB by default, which a query each second reaches in an hour;
 * until then each costs half as much again. From some time after there is something to answer: what a start does is done once, and optimizing it would delay it.
 * Optimized code is memory: 10 KB makes queries hardly faster and keeps 1 MB more, with 30 KB they gain hardly anything in the first two thousand.
 */
const optimizeSooner = "--interrupt-budget=16000";
/** When the first lists of a large fleet, or what the disk has of it, have been worked in. */
const startedMs = 15_000;

const serve: RunCliOptions["serve"] = async (config, { source, faults }) => {
  const clock = systemClock;
  const logger = createLogger({ level: config.log.level, destination: process.stderr });
  const kubeconfigPath = join(environment.cwd, ".fleetgraph", "kubeconfig");
  const embedded = createLazyEmbeddedFleet(async () => {
    const { createEmbeddedFleet } = await import("./embedded-fleet.ts");
    return createEmbeddedFleet({
      clock,
      random: Math.random,
      logger,
      faults,
      async onKubeconfig(kubeconfig) {
        await files.mkdir(dirname(kubeconfigPath), { recursive: true, mode: 0o700 });
        await files.writeFile(`${kubeconfigPath}.new`, kubeconfig, { mode: 0o600 });
        await files.rename(`${kubeconfigPath}.new`, kubeconfigPath);
      },
    });
  });
  const kept = createKeeping(embedded);
  const store = new PackedSnapshotStore({ disk: createNodeDisk(), dir: config.cache.dir, clock, logger, self });
  const tracer = wantsTracing(process.env) ? await createOtelTracer({ version }) : undefined;
  const app = createApp({
    config,
    environment,
    clock,
    random: Math.random,
    logger,
    ...(tracer === undefined ? {} : { tracer }),
    createId: randomUUID,
    embedded,
    snapshots: kept.snapshots(store),
    pins: kept.pins(createFilePinnedIdentities(join(config.cache.dir, "fleet"), files), config.clusters),
    metrics: new Registry(),
    playgroundAssets: join(root, "src", "server", "playground", "assets"),
    follow: { source, watchFolder },
  });
  const running = app.run(stopSignal());
  app.ready.then(
    () => {
      setTimeout(() => setFlagsFromString(optimizeSooner), startedMs).unref();
      process.stdout.write(`fleetgraph: open ${app.url}/graphql\n`);
      if (config.clusters.some((cluster) => cluster.source.type === "embedded")) {
        process.stdout.write(`fleetgraph: kubectl --kubeconfig ${kubeconfigPath} config get-contexts\n`);
      }
    },
    () => {},
  );
  try {
    await running;
  } finally {
    await store.close();
    await tracer?.close(traceMs);
  }
  return 0;
};

process.on("unhandledRejection", (error) => {
  process.stderr.write(
    `fleetgraph: a mistake of ours, please report it: ${error instanceof Error ? error.stack : String(error)}\n`,
  );
  process.exit(1);
});

runCli({
  ...environment,
  argv: process.argv.slice(2),
  stdout: process.stdout,
  stderr: process.stderr,
  version,
  serve,
}).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    process.stderr.write(`fleetgraph: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
