import { watch } from "node:fs";
import { access, mkdir, mkdtemp, readFile, rename, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ConfigError } from "../../src/config/config-error.ts";
import { createConfigSource } from "../../src/config/config-source.ts";
import type { Config } from "../../src/config/config.ts";
import { watchConfig } from "../../src/config/watch-config.ts";
import type { WatchFolder } from "../../src/config/watch-config.ts";
import { systemClock } from "../../src/lib/clock.ts";
import { createFakeClock } from "../support/fake-clock.ts";
import { eventually } from "../support/eventually.ts";
import { createFakeEnvironment } from "./config-environment-fake.ts";

const portIs = (port: number): string => `server: {port: ${port}}\n`;

describe("watchConfig on real files", () => {
  let dir: string;
  let stop: AbortController;
  let running: Promise<void>;
  let ports: number[];
  let errors: ConfigError[];

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), "fleetgraph-config-"));
    stop = new AbortController();
    ports = [];
    errors = [];
  });
  afterEach(async () => {
    stop.abort();
    await running;
    await rm(dir, { recursive: true });
  });

  const watchFolder: WatchFolder = (folder, listener) => {
    const watcher = watch(folder, { persistent: false }, listener);
    return () => watcher.close();
  };

  async function start(file: string): Promise<void> {
    const files = { readFile: (path: string) => readFile(path, "utf8"), access: (path: string) => access(path) };
    const source = createConfigSource({ type: "file", file }, {}, { files, env: {}, homeDir: dir, cwd: dir });
    const config = await source.load();
    running = watchConfig({
      source,
      config,
      files,
      watchFolder,
      clock: systemClock,
      signal: stop.signal,
      onChange: (next) => void ports.push(next.server.port),
      onError: (error) => void errors.push(error),
      debounceMs: 5,
      pollMs: 40,
    });
  }

  it("should apply a file written in place, and one renamed over it", async () => {
    const file = join(dir, "clusters.yaml");
    await writeFile(file, portIs(1));
    await start(file);
    await writeFile(file, portIs(2));
    await eventually(() => expect(ports).toEqual([2]));
    await writeFile(join(dir, ".clusters.yaml.swp"), portIs(3));
    await rename(join(dir, ".clusters.yaml.swp"), file);
    await eventually(() => expect(ports).toEqual([2, 3]));
  });

  it("should follow the symlinks of a ConfigMap volume", async () => {
    const file = join(dir, "clusters.yaml");
    const version = async (name: string, port: number): Promise<void> => {
      await mkdir(join(dir, name));
      await writeFile(join(dir, name, "clusters.yaml"), portIs(port));
      await symlink(name, join(dir, "..data_tmp"));
      await rename(join(dir, "..data_tmp"), join(dir, "..data"));
    };
    await version("..one", 1);
    await symlink("..data/clusters.yaml", file);
    await start(file);
    await version("..two", 2);
    await rm(join(dir, "..one"), { recursive: true });
    await eventually(() => expect(ports).toEqual([2]));
    expect(errors).toEqual([]);
  });

  it("should keep the old configuration over a bad edit and a file that is gone, and say each once", async () => {
    const file = join(dir, "clusters.yaml");
    await writeFile(file, portIs(1));
    await start(file);
    await writeFile(join(dir, "next"), "server: {prt: 2}\n");
    await rename(join(dir, "next"), file);
    await eventually(() => expect(errors.map(({ message }) => message)).toEqual([expect.stringContaining('"port"')]));
    await rm(file);
    await eventually(() => expect(errors).toHaveLength(2));
    await writeFile(join(dir, "next"), portIs(4));
    await rename(join(dir, "next"), file);
    await eventually(() => expect(ports).toEqual([4]));
    expect(errors).toHaveLength(2);
  });
});

describe("watchConfig", () => {
  async function start(texts: Record<string, string>) {
    const environment = createFakeEnvironment(texts);
    const clock = createFakeClock();
    const stop = new AbortController();
    const source = createConfigSource({ type: "file", file: "/work/clusters.yaml" }, {}, environment);
    const configs: Config[] = [];
    const listeners = new Map<string, () => void>();
    const running = watchConfig({
      source,
      config: await source.load(),
      files: environment.files,
      watchFolder: (folder, listener) => {
        listeners.set(folder, listener);
        return () => void listeners.delete(folder);
      },
      clock,
      signal: stop.signal,
      onChange: (config) => void configs.push(config),
      onError: (error) => {
        throw error;
      },
    });
    await clock.advance(0);
    return { environment, clock, stop, configs, listeners, running };
  }

  it("should wait until a burst of signs is over", async () => {
    const { environment, clock, stop, configs, listeners, running } = await start({ "/work/clusters.yaml": portIs(1) });
    for (let port = 2; port < 6; port++) {
      environment.texts["/work/clusters.yaml"] = portIs(port);
      listeners.get("/work")?.();
      await clock.advance(60);
    }
    expect(configs).toEqual([]);
    await clock.advance(100);
    expect(configs.map(({ server }) => server.port)).toEqual([5]);
    stop.abort();
    await running;
    expect(listeners.size).toBe(0);
    expect(clock.pending).toBe(0);
  });

  it("should find by itself what no watch tells", async () => {
    const { environment, clock, stop, configs, running } = await start({ "/work/clusters.yaml": portIs(1) });
    environment.texts["/work/clusters.yaml"] = portIs(2);
    await clock.advance(5_000);
    expect(configs).toHaveLength(1);
    stop.abort();
    await running;
  });

  it("should tell when a kubeconfig it names has changed, and follow one it names from now on", async () => {
    const text = (path: string): string => `clusters: [{name: a, kubeconfig: {path: ${path}, context: c}}]`;
    const kubeconfig = (server: string): string =>
      `contexts: [{name: c, context: {cluster: c}}]\nclusters: [{name: c, cluster: {server: "${server}"}}]`;
    const { environment, clock, stop, configs, listeners, running } = await start({
      "/work/clusters.yaml": text("/one/k"),
      "/one/k": kubeconfig("https://a"),
      "/two/k": kubeconfig("https://a"),
    });
    environment.texts["/one/k"] = kubeconfig("https://b");
    await clock.advance(5_000);
    expect(configs).toHaveLength(1);
    environment.texts["/work/clusters.yaml"] = text("/two/k");
    await clock.advance(5_000);
    expect([...listeners.keys()]).toEqual(["/work", "/two"]);
    environment.texts["/two/k"] = kubeconfig("https://c");
    listeners.get("/two")?.();
    await clock.advance(100);
    expect(configs).toHaveLength(3);
    stop.abort();
    await running;
  });
});
