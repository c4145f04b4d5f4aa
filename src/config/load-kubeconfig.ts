import { createHash } from "node:crypto";
import { isAbsolute, join, resolve } from "node:path";
import { ConfigError } from "./config-error.ts";
import { errorCode, explainFileError } from "./config-environment.ts";
import type { ConfigEnvironment } from "./config-environment.ts";
import { parseKubeconfig } from "./kubeconfig-file.ts";
import type { Kubeconfig } from "./kubeconfig-file.ts";

export interface LoadKubeconfigOptions {
  /** `--kubeconfig`, or a cluster's `kubeconfig.path`: only this file, which must be there. */
  readonly explicitPath?: string;
  readonly environment: ConfigEnvironment;
}

/** A merged kubeconfig and where it came from. */
export interface LoadedKubeconfig extends Kubeconfig {
  /** The files that would be read, there or not, in order; for watching. Absolute. */
  readonly files: readonly string[];
}

/**
 * The kubeconfig that kubectl would use (`kubectl config --help`, client-go's ClientConfigLoadingRules): the explicit file, else the files of
 * KUBECONFIG, else ~/.kube/config. Of several, the first to hold an entry of a name wins as a whole, as does the first current-context; missing
 * files are skipped. Throws ConfigError where the explicit file is missing or any file is damaged.
 */
export async function loadKubeconfig({ explicitPath, environment }: LoadKubeconfigOptions): Promise<LoadedKubeconfig> {
  const files = kubeconfigFiles(explicitPath, environment);
  const read: Kubeconfig[] = [];
  for (const file of files) {
    try {
      read.push(await readKubeconfig(environment.files, file));
    } catch (error) {
      if (error instanceof ConfigError) throw error;
      if (errorCode(error) === "ENOENT" && explicitPath === undefined) continue;
      throw new ConfigError([
        { file, path: "", message: `must be a readable kubeconfig but got: ${explainFileError(error)}` },
      ]);
    }
  }
  return { files, ...mergeKubeconfigs(read) };
}

interface Remembered {
  readonly digest: string;
  readonly kubeconfig: Kubeconfig;
}

/** What was made of each file last, by who reads it: every cluster reads its own again and again, which may be the same for many, and parsing takes milliseconds. */
const remembered = new WeakMap<ConfigEnvironment["files"], Map<string, Remembered>>();

/** Parses only what is another text than the last time. */
async function readKubeconfig(files: ConfigEnvironment["files"], file: string): Promise<Kubeconfig> {
  const text = await files.readFile(file);
  const digest = createHash("sha256").update(text).digest("base64");
  const known = remembered.get(files) ?? new Map<string, Remembered>();
  remembered.set(files, known);
  const before = known.get(file);
  if (before?.digest === digest) return before.kubeconfig;
  const kubeconfig = parseKubeconfig(text, file);
  known.set(file, { digest, kubeconfig });
  return kubeconfig;
}

/** The files that would be read, there or not, in order. Absolute. */
export function kubeconfigFiles(
  explicitPath: string | undefined,
  { env, homeDir, cwd }: ConfigEnvironment,
): readonly string[] {
  if (explicitPath !== undefined) return [isAbsolute(explicitPath) ? explicitPath : resolve(cwd, explicitPath)];
  const listed = (env["KUBECONFIG"] ?? "").split(":").filter((path) => path !== "");
  const paths = (env["KUBECONFIG"] ?? "") === "" ? [join(homeDir, ".kube", "config")] : listed;
  return [...new Set(paths.map((path) => resolve(cwd, path)))];
}

/** First wins: entry by entry, never field by field. */
export function mergeKubeconfigs(kubeconfigs: readonly Kubeconfig[]): Kubeconfig {
  const firstWins = <T>(of: (kubeconfig: Kubeconfig) => ReadonlyMap<string, T>): ReadonlyMap<string, T> =>
    new Map(kubeconfigs.toReversed().flatMap((kubeconfig) => [...of(kubeconfig)]));
  return {
    currentContext: kubeconfigs.find(({ currentContext }) => currentContext !== "")?.currentContext ?? "",
    contexts: firstWins(({ contexts }) => contexts),
    clusters: firstWins(({ clusters }) => clusters),
    users: firstWins(({ users }) => users),
  };
}
