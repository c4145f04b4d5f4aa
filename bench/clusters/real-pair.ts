import { execFile } from "node:child_process";
import { access, readFile, rm, stat } from "node:fs/promises";
import { delimiter, join, resolve } from "node:path";
import { promisify } from "node:util";
import type { BenchOptions } from "../options.ts";
import type { ClusterPair } from "./cluster-pair.ts";
import { readKubeAccess } from "./kube-access.ts";
import type { KubeAccess } from "./kube-access.ts";

const run = promisify(execFile);
const names = ["home", "abroad"] as const;
/** Ports a control plane takes, with room. */
const portStep = 10;

/** Why no real control planes can be had; undefined where they can. */
export async function missingForRealPair(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const assets = env["KUBEBUILDER_ASSETS"];
  if (assets === undefined) return "KUBEBUILDER_ASSETS is not set (export KUBEBUILDER_ASSETS=$(../shared/kube/build))";
  for (const file of [join(assets, "etcd"), join(assets, "kube-apiserver"), script(env)]) {
    if (!(await exists(file))) return `${file} is missing`;
  }
  return undefined;
}

/** Whether a Go compiler is there, for the bench's programs of Go. */
export async function hasGo(env: NodeJS.ProcessEnv): Promise<boolean> {
  const found = await Promise.all((env["PATH"] ?? "").split(delimiter).map((folder) => exists(join(folder, "go"))));
  return found.includes(true);
}

/** Starts two control planes without workload controllers, or takes up those that run. Their data is kept where `keep` says so. */
export async function startRealPair(options: BenchOptions, env: NodeJS.ProcessEnv): Promise<ClusterPair> {
  const { dir, keep, attach } = options;
  const folders = names.map((name) => join(dir, name));
  const act = async (verb: string, folder: string, ...args: readonly string[]): Promise<string> =>
    (await run(script(env), [verb, folder, ...args], { env })).stdout.trim();
  if (!keep) await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
  const started = await Promise.all(
    folders.map(async (folder, index): Promise<KubeAccess> => {
      if (!attach) await act("up", folder, String(options.port + index * portStep));
      const own = join(folder, "fleetgraph.kubeconfig");
      if (!(await exists(own))) await act("user", folder, "fleetgraph", "system:masters");
      const port = Number(await readFile(join(folder, "port"), "utf8"));
      const access = await readKubeAccess(names[index] ?? "", join(folder, "kubeconfig"), own);
      return { ...access, etcd: `http://127.0.0.1:${port + 1}` };
    }),
  );
  const [home, abroad] = started;
  if (home === undefined || abroad === undefined) throw new Error("two clusters start, or none");
  return {
    kind: "real",
    clusters: [home, abroad],
    async countFleetgraphRequests() {
      const lines = await Promise.all(folders.map((folder) => readFile(join(folder, "audit.log"), "utf8")));
      return lines.flatMap(fleetgraphRequests);
    },
    async forceRelist() {
      const folder = folders[0] ?? "";
      await act("stop", folder);
      await act("start", folder);
    },
    async close() {
      if (attach) return;
      await Promise.all(folders.map((folder) => act("down", folder)));
      if (!keep) await Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true })));
    },
  };
}

interface AuditLine {
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
}

function fleetgraphRequests(log: string): string[] {
  return log
    .split("\n")
    .filter((line) => line.endsWith("}") && line.includes('"username":"fleetgraph"'))
    .map((line) => JSON.parse(line) as AuditLine)
    .filter(({ user, requestURI }) => user.username === "fleetgraph" && !/^\/(readyz|livez|healthz)/u.test(requestURI))
    .map(({ verb, requestURI }) => `${verb} ${requestURI}`);
}

function script(env: NodeJS.ProcessEnv): string {
  return join(env["FLEETGRAPH_SHARED"] ?? resolve("../shared"), "kube", "cluster");
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}

/** Whether `--keep` finds data. */
export async function isLoaded(dir: string): Promise<boolean> {
  return stat(join(dir, names[0], "etcd")).then(
    () => true,
    () => false,
  );
}
