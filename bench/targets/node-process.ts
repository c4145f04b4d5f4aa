import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { until } from "../measure/until.ts";

export interface ProcessOptions {
  /** Executable and arguments. */
  readonly command: readonly [string, ...string[]];
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** A process of the run: ended by its own id, never by name. */
export interface BenchProcess {
  readonly pid: number;
  /** When it was spawned, by performance.now(). */
  readonly startedAt: number;
  /** Resolves with the first match in its output; rejects where it exits before, with what it said last. */
  saw(pattern: RegExp): Promise<RegExpExecArray>;
  /** All it has written so far. */
  output(): string;
  /** Resident memory, bytes. */
  residentBytes(): Promise<number>;
  /** Time on a processor so far, ms; /proc counts in steps of 10 ms. */
  cpuMs(): Promise<number>;
  /** It gets no processor until the function that comes back is called. */
  pause(): () => void;
  /** SIGTERM, and SIGKILL after 10 s; resolves when it is gone. */
  stop(): Promise<void>;
}

const graceMs = 10_000;

export function startProcess({ command, cwd, env }: ProcessOptions): BenchProcess {
  const [file, ...args] = command;
  const startedAt = performance.now();
  const child = spawn(file, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    // A session of its own, as the control planes' processes have, since Linux shares out processors by sessions (CONFIG_SCHED_AUTOGROUP).
    detached: true,
  });
  // Nobody else ends what has a session of its own.
  const end = (): void => void child.kill("SIGKILL");
  process.once("exit", end);
  child.once("exit", () => process.off("exit", end));
  let text = "";
  let failure: Error | undefined;
  const listeners = new Set<() => void>();
  const more = (chunk: string): void => {
    text += chunk;
    for (const listener of listeners) listener();
  };
  child.stdout.setEncoding("utf8").on("data", more);
  child.stderr.setEncoding("utf8").on("data", more);
  child.once("error", (error) => {
    failure = error;
    more("");
  });
  child.once("exit", () => more(""));
  const ended = (): boolean => failure !== undefined || child.exitCode !== null || child.signalCode !== null;
  const proc = (name: string): Promise<string> => readFile(`/proc/${child.pid}/${name}`, "utf8");
  return {
    pid: child.pid ?? 0,
    startedAt,
    output: () => text,
    saw: (pattern) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const match = pattern.exec(text);
          if (match === null && !ended()) return;
          listeners.delete(look);
          if (match !== null) resolve(match);
          else reject(new Error(`${command.join(" ")} ended: ${failure?.message ?? ""}${text.slice(-2_000)}`));
        };
        listeners.add(look);
        look();
      }),
    async residentBytes() {
      return Number(/VmRSS:\s+(\d+) kB/u.exec(await proc("status"))?.[1] ?? 0) * 1024;
    },
    async cpuMs() {
      // Fields 14 and 15 of the line are user and system time in ticks of 10 ms; the name before them may hold spaces.
      const fields = (await proc("stat")).replace(/^.*\) /su, "").split(" ");
      return (Number(fields[11]) + Number(fields[12])) * 10;
    },
    pause() {
      child.kill("SIGSTOP");
      return () => child.kill("SIGCONT");
    },
    stop: () => stop(child, ended),
  };
}

/** Resolves once it has had a processor for less than a tenth of a second of the last one: what it still had to do is done. */
export async function untilQuiet({ cpuMs }: Pick<BenchProcess, "cpuMs">): Promise<void> {
  let before = Number.NEGATIVE_INFINITY;
  await until(async () => {
    const now = await cpuMs();
    const isQuiet = now - before < 100;
    before = now;
    return isQuiet;
  }, 1_000);
}

async function stop(child: ChildProcess, ended: () => boolean): Promise<void> {
  if (ended()) return;
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
  await exited;
  clearTimeout(timer);
}
