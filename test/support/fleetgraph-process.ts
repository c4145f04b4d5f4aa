import { execFile, spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { promisify } from "node:util";

/** Builds dist/ as `npm start` does; under a second. */
export async function buildFleetgraph(): Promise<void> {
  await promisify(execFile)("npm", ["run", "-s", "build"]);
}

/** `fleetgraph serve` as a process of its own. */
export interface FleetgraphProcess {
  readonly url: string;
  readonly pid: number;
  /** All that came on stdout so far. */
  stdout(): string;
  stderr(): string;
  // oxlint-disable-next-line typescript/no-explicit-any
  query(query: string): Promise<any>;
  /** Sends the signal and resolves with the exit code; null where the signal ended it. */
  kill(signal: NodeJS.Signals): Promise<number | null>;
}

export interface FleetgraphProcessOptions {
  readonly args?: readonly string[];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Unset = true, as `npm start` does; the executable without runs the code that V8 kept (scripts/launcher.mjs). */
  readonly sourceMaps?: boolean;
}

/** Resolves once it listens; its port is a free one. Whoever starts it ends it. */
export async function startFleetgraph(options: FleetgraphProcessOptions): Promise<FleetgraphProcess> {
  const { args = [], cwd, env, sourceMaps = true } = options;
  const main = new URL("../../dist/main.js", import.meta.url).pathname;
  const child = spawn(
    process.execPath,
    [...(sourceMaps ? ["--enable-source-maps"] : []), main, "serve", "--port", "0", ...args],
    {
      cwd,
      env: { ...process.env, XDG_CACHE_HOME: `${cwd}/cache`, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const text = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => (text.stdout += chunk));
  child.stderr.setEncoding("utf8").on("data", (chunk: string) => (text.stderr += chunk));
  const url = await listening(child, text);
  return {
    url,
    pid: child.pid ?? 0,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    async query(query) {
      const response = await fetch(`${url}/graphql`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ query }),
      });
      return response.json();
    },
    async kill(signal) {
      if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
      const exited = once(child, "exit") as Promise<[number | null]>;
      child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
}

async function listening(
  child: ChildProcess,
  text: { readonly stdout: string; readonly stderr: string },
): Promise<string> {
  for (;;) {
    const url = /open (http:\S+)\/graphql/.exec(text.stdout)?.[1];
    if (url !== undefined) return url;
    if (child.exitCode !== null) throw new Error(`fleetgraph exited with ${child.exitCode}: ${text.stderr}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
