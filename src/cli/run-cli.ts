import { resolve } from "node:path";
import { ConfigError } from "../config/config-error.ts";
import type { ConfigEnvironment } from "../config/config-environment.ts";
import { createConfigSource, findOrigin } from "../config/config-source.ts";
import type { ConfigSource } from "../config/config-source.ts";
import type { Config } from "../config/config.ts";
import { helpOf } from "./help.ts";
import { parseCommand } from "./parse-command.ts";
import type { Command } from "./parse-command.ts";
import { toOrigin, toOverrides } from "./serve-options.ts";
import { UsageError } from "./usage-error.ts";

/** Exit codes: for scripts, so they never change. */
export const exitCodes = { ok: 0, failed: 1, usage: 2 } as const;

/** Where text goes; a process's stdout and stderr are such. */
export interface TextOutput {
  write(text: string): unknown;
}

export interface RunCliOptions extends ConfigEnvironment {
  /** Without the interpreter and the script. */
  readonly argv: readonly string[];
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  readonly version: string;
  /** Runs the server until it is told to stop; resolves with the exit code. */
  readonly serve: (config: Config, options: ServeOptions) => Promise<number>;
}

export interface ServeOptions {
  /** To read the configuration again, and to watch it. */
  readonly source: ConfigSource;
  /** Let the embedded clusters have a bad day. */
  readonly faults: boolean;
}

/** The `fleetgraph` command. Resolves with the exit code; rejects only with what `serve` rejects with. */
export async function runCli(options: RunCliOptions): Promise<number> {
  const { argv, stderr } = options;
  try {
    return await runCommand(parseCommand(argv), options);
  } catch (error) {
    if (error instanceof UsageError) {
      stderr.write(
        `fleetgraph: ${error.message}\nTry: fleetgraph ${error.command === "" ? "" : `${error.command} `}--help\n`,
      );
      return exitCodes.usage;
    }
    if (error instanceof ConfigError) {
      stderr.write(`${error.message}\n${summary(error)}\n`);
      return exitCodes.failed;
    }
    throw error;
  }
}

async function runCommand(command: Command, options: RunCliOptions): Promise<number> {
  const { stdout, version, serve, env, cwd } = options;
  switch (command.name) {
    case "help":
      stdout.write(helpOf(command.topic));
      return exitCodes.ok;
    case "version":
      stdout.write(`fleetgraph ${version}\n`);
      return exitCodes.ok;
    case "config validate": {
      const origin =
        command.file === undefined
          ? await findOrigin(options)
          : ({ type: "file", file: resolve(cwd, command.file) } as const);
      const config = await createConfigSource(origin, {}, options).load();
      const where = origin.type === "file" ? origin.file : "no clusters.yaml here, so the defaults";
      stdout.write(`${where}: valid: ${config.clusters.map(({ name, role }) => `${name} (${role})`).join(", ")}\n`);
      return exitCodes.ok;
    }
    case "serve": {
      const origin = toOrigin(command, env, cwd) ?? (await findOrigin(options));
      const source = createConfigSource(origin, toOverrides(command, env), options);
      return serve(await source.load(), { source, faults: command.faults });
    }
  }
}

function summary({ problems }: ConfigError): string {
  return problems.length === 1 ? "1 mistake in the configuration" : `${problems.length} mistakes in the configuration`;
}
