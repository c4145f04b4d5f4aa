import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { eventually } from "./eventually.ts";

const run = promisify(execFile);

/** Folder of the control planes' binaries; undefined where suites on real clusters must skip. */
export const kubeAssets = process.env["KUBEBUILDER_ASSETS"];
/** What the reason of such a skip says. */
export const needsKube = "needs KUBEBUILDER_ASSETS=$(../shared/kube/build)";

/** Where the control planes' script and the data lie. */
export const sharedFolder = process.env["FLEETGRAPH_SHARED"] ?? resolve("../shared");

/** A real control plane on loopback, by shared/kube/cluster. */
export interface RealCluster {
  readonly name: string;
  readonly kubeconfig: string;
  /** `cluster VERB DIR ARGS…`: node, user, pause, resume, stop, start, save, restore, rotate. */
  act(verb: string, ...args: readonly string[]): Promise<string>;
  /** stdout of kubectl. */
  kubectl(...args: readonly string[]): Promise<string>;
  /** Requests the API server has answered, from its audit log. */
  requests(): Promise<readonly AuditLine[]>;
  down(): Promise<void>;
}

export interface AuditLine {
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly userAgent?: string;
  readonly responseStatus?: { readonly code: number };
}

export interface RealClusterOptions {
  readonly name: string;
  /** PORT to PORT+5 are taken. */
  readonly port: number;
  /** With controllers, scheduler and kwok. */
  readonly workloads?: boolean;
}

export async function startRealCluster({ name, port, workloads = false }: RealClusterOptions): Promise<RealCluster> {
  const folder = await mkdtemp(join(tmpdir(), "fleetgraph-kube-"));
  const directory = join(folder, name);
  const script = join(sharedFolder, "kube", "cluster");
  const env = { ...process.env, KUBEBUILDER_ASSETS: kubeAssets };
  const once = async (verb: string, args: readonly string[]): Promise<string> => {
    const { stdout } = await run(script, [verb, directory, ...args], { env, maxBuffer: 64 * 2 ** 20 });
    return stdout.trim();
  };
  // kwok writes to a node as soon as it is there, and may get between the script's two writes.
  const act = (verb: string, ...args: readonly string[]): Promise<string> =>
    verb === "node" ? eventually(() => once(verb, args), 5_000) : once(verb, args);
  const kubeconfig = await act("up", String(port), ...(workloads ? ["--workloads"] : []));
  return {
    name,
    kubeconfig,
    act,
    async kubectl(...args) {
      const { stdout } = await run(join(kubeAssets ?? "", "kubectl"), ["--kubeconfig", kubeconfig, ...args], {
        maxBuffer: 64 * 2 ** 20,
      });
      return stdout;
    },
    async requests() {
      const text = await readFile(join(directory, "audit.log"), "utf8");
      return text.split("\n").filter((line) => line.endsWith("}")).map((line) => JSON.parse(line) as AuditLine); // prettier-ignore
    },
    async down() {
      await act("down");
      await rm(folder, { recursive: true, force: true });
    },
  };
}
