import { execFile } from "node:child_process";
import { cpus, loadavg, release, totalmem } from "node:os";
import { promisify } from "node:util";

const run = promisify(execFile);

/** One line: what was measured, and on what. */
export async function describeMachine(): Promise<string> {
  const [commit, changed] = await Promise.all([
    git("rev-parse", "--short", "HEAD"),
    git("status", "--porcelain", "-uno"),
  ]);
  const processors = `${cpus().length} x ${cpus()[0]?.model ?? "unknown processor"}`;
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const load = loadavg().map((value) => value.toFixed(1));
  const state = changed === "" ? "" : " with uncommitted changes";
  return `commit ${commit}${state}; Node ${process.version}; ${processors}, ${memory}, Linux ${release()}; load ${load.join(" ")}`;
}

async function git(...args: readonly string[]): Promise<string> {
  return run("git", [...args]).then(
    ({ stdout }) => stdout.trim(),
    () => "unknown",
  );
}
