import { dirname } from "node:path";
import type { Clock } from "../lib/clock.ts";
import { ConfigError } from "./config-error.ts";
import type { ConfigEnvironment } from "./config-environment.ts";
import type { ConfigSource } from "./config-source.ts";
import type { Config } from "./config.ts";

/**
 * Calls `listener` when something in the folder may have changed; returns the undo. Only a hint: `watchConfig` looks for itself now and then,
 * so an implementation may miss changes, and reports a folder it cannot watch by doing nothing.
 */
export type WatchFolder = (folder: string, listener: () => void) => () => void;

export interface WatchConfigOptions {
  readonly source: ConfigSource;
  /** What holds now. */
  readonly config: Config;
  readonly files: ConfigEnvironment["files"];
  readonly watchFolder: WatchFolder;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** A new configuration, whole and checked; also when only a kubeconfig has changed, so that `config` may be equal to the last. */
  readonly onChange: (config: Config) => void;
  /** What was read is wrong and the old configuration stays; told once for each edit. */
  readonly onError: (error: ConfigError) => void;
  /** Quiet time after the last sign of a change: editors and ConfigMaps change in several steps. */
  readonly debounceMs?: number;
  /** Between looks of our own: file systems that tell nothing (NFS, some container mounts). */
  readonly pollMs?: number;
}

/**
 * Follows the files of a configuration until the signal is aborted. It watches folders, not files, since editors and ConfigMaps put a new file
 * in the old one's place, and compares contents, since a touch is no change. Reads never overlap. Rejects only with what is no ConfigError.
 */
export async function watchConfig(options: WatchConfigOptions): Promise<void> {
  const { source, files, watchFolder, clock, signal, onChange, onError, debounceMs = 100, pollMs = 5_000 } = options;
  const sign = createSign(clock, signal);
  let config = options.config;
  let undo: readonly (() => void)[] = [];
  const watchFolders = (): void => {
    for (const stop of undo) stop();
    undo = [...new Set(source.files(config).map(dirname))].map((folder) => watchFolder(folder, sign.give));
  };
  let seen = "";
  /** Reads until nothing changes meanwhile, so that `seen` is exactly what the result was made of. */
  const reload = async (): Promise<Config | ConfigError> => {
    let result: Config | ConfigError = config;
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const filesOf = (): readonly string[] => source.files(result instanceof ConfigError ? config : result);
      seen = await fingerprint(filesOf(), files);
      result = await source.load().catch((error: unknown) => {
        if (error instanceof ConfigError) return error;
        throw error;
      });
      if (seen === (await fingerprint(filesOf(), files)) || signal.aborted) break;
    }
    return result;
  };
  const apply = (result: Config | ConfigError): void => {
    if (signal.aborted) return;
    if (result instanceof ConfigError) return onError(result);
    config = result;
    watchFolders();
    onChange(config);
  };
  watchFolders();
  try {
    // `config` was read before anybody looked.
    const first = await reload();
    if (JSON.stringify(first) !== JSON.stringify(config)) apply(first);
    while (!signal.aborted) {
      await sign.wait(pollMs, debounceMs);
      if (signal.aborted || (await fingerprint(source.files(config), files)) === seen) continue;
      apply(await reload());
    }
  } finally {
    for (const stop of undo) stop();
  }
}

/** A file that changes faster than it is read is read again at the next look. */
const maxAttempts = 5;

/** A sign that something changed, waited for by one. */
function createSign(
  clock: Clock,
  signal: AbortSignal,
): { give(): void; wait(ms: number, quietMs: number): Promise<void> } {
  let given = false;
  let wake: () => void = () => {};
  const pause = (ms: number, untilGiven: boolean): Promise<void> =>
    new Promise((resolve) => {
      const finish = (): void => {
        cancel();
        signal.removeEventListener("abort", finish);
        wake = () => {};
        resolve();
      };
      const cancel = clock.setTimer(finish, ms);
      signal.addEventListener("abort", finish, { once: true });
      if (untilGiven) wake = finish;
      if (signal.aborted || (untilGiven && given)) finish();
    });
  return {
    give() {
      given = true;
      wake();
    },
    async wait(ms, quietMs) {
      await pause(ms, true);
      while (given && !signal.aborted) {
        given = false;
        await pause(quietMs, false);
      }
    },
  };
}

async function fingerprint(paths: readonly string[], files: ConfigEnvironment["files"]): Promise<string> {
  const texts = await Promise.all(paths.map((path) => files.readFile(path).catch(() => null)));
  return JSON.stringify(paths.map((path, index) => [path, texts[index]]));
}
