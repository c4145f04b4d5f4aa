import { parseArgs } from "node:util";
import type { ParseArgsConfig } from "node:util";
import { suggest } from "../config/suggest.ts";
import { UsageError } from "./usage-error.ts";

export type HelpTopic = "" | "serve" | "config" | "config validate" | "version";

export interface ServeCommand {
  readonly name: "serve";
  readonly config?: string;
  readonly kubeconfig?: string;
  readonly contexts: readonly string[];
  readonly write: boolean;
  readonly host?: string;
  /** As written; checked with the variables. */
  readonly port?: string;
  readonly faults: boolean;
}

/** What the command line asks for. */
export type Command =
  | ServeCommand
  | { readonly name: "config validate"; readonly file?: string }
  | { readonly name: "version" }
  | { readonly name: "help"; readonly topic: HelpTopic };

type Options = NonNullable<ParseArgsConfig["options"]>;

const help = { help: { type: "boolean", short: "h" } } as const;
const serveOptions = {
  ...help,
  config: { type: "string" },
  kubeconfig: { type: "string" },
  context: { type: "string", multiple: true },
  write: { type: "boolean" },
  host: { type: "string" },
  port: { type: "string" },
  faults: { type: "boolean" },
} as const;

const commands = ["serve", "config", "version", "help"];

/** Throws UsageError with a "did you mean" where it can. */
export function parseCommand(argv: readonly string[]): Command {
  const [first, ...rest] = argv;
  switch (first) {
    case undefined:
    case "help":
    case "-h":
    case "--help":
      return { name: "help", topic: "" };
    case "serve":
      return parseServe(rest);
    case "config":
      return parseConfigCommand(rest);
    case "version":
    case "--version":
      return parseStrict("version", rest, help, 0).values["help"] === true
        ? { name: "help", topic: "version" }
        : { name: "version" };
    default: {
      const kind = first.startsWith("-") ? "flag" : "command";
      throw new UsageError("", `unknown ${kind} ${JSON.stringify(first)}${didYouMean(first, commands)}`);
    }
  }
}

function parseServe(args: readonly string[]): Command {
  const { values } = parseStrict("serve", args, serveOptions, 0);
  if (values.help === true) return { name: "help", topic: "serve" };
  const { config, kubeconfig, context: contexts = [], write = false, host, port, faults = false } = values;
  const usesKubeconfig = kubeconfig !== undefined || contexts.length > 0;
  if (config !== undefined && usesKubeconfig) {
    throw new UsageError("serve", "--config goes without --kubeconfig and --context: name the contexts in the file");
  }
  if (write && !usesKubeconfig) {
    throw new UsageError(
      "serve",
      '--write goes with --kubeconfig or --context: in clusters.yaml say "write: true" for each cluster',
    );
  }
  for (const [flag, value] of Object.entries({ config, kubeconfig, host, port })) {
    if (value === "") throw new UsageError("serve", `--${flag} must not be empty`);
  }
  return { name: "serve", config, kubeconfig, contexts, write, host, port, faults };
}

function parseConfigCommand(args: readonly string[]): Command {
  const [verb, ...rest] = args;
  if (verb === undefined || verb === "--help" || verb === "-h") return { name: "help", topic: "config" };
  if (verb !== "validate") {
    throw new UsageError(
      "config",
      `unknown command ${JSON.stringify(`config ${verb}`)}${didYouMean(verb, ["validate"])}`,
    );
  }
  const { values, positionals } = parseStrict("config validate", rest, help, 1);
  return values.help === true
    ? { name: "help", topic: "config validate" }
    : { name: "config validate", file: positionals[0] };
}

/** parseArgs with messages of our own. */
function parseStrict<const T extends Options>(
  command: string,
  args: readonly string[],
  options: T,
  positionals: number,
) {
  const { tokens } = parseArgs({ args: [...args], options, strict: false, allowPositionals: true, tokens: true });
  let count = 0;
  for (const token of tokens) {
    if (token.kind === "positional" && ++count > positionals) {
      throw new UsageError(command, `unexpected argument ${JSON.stringify(token.value)}`);
    }
    if (token.kind !== "option") continue;
    const option = Object.hasOwn(options, token.name) ? options[token.name] : undefined;
    if (option === undefined) {
      const known = Object.keys(options).map((name) => `--${name}`);
      throw new UsageError(command, `unknown flag ${JSON.stringify(token.rawName)}${didYouMean(token.rawName, known)}`);
    }
    if (option.type === "boolean" && token.value !== undefined) {
      throw new UsageError(command, `${token.rawName} takes no value but got: ${JSON.stringify(token.value)}`);
    }
    // "--port --write": the next flag is no value.
    const isMissing = token.value === undefined || (token.inlineValue === false && token.value.startsWith("--"));
    if (option.type === "string" && isMissing) throw new UsageError(command, `${token.rawName} needs a value`);
  }
  return parseArgs({ args: [...args], options, strict: true, allowPositionals: true });
}

function didYouMean(word: string, candidates: readonly string[]): string {
  const meant = suggest(word, candidates);
  return meant === undefined ? "" : `; did you mean ${JSON.stringify(meant)}?`;
}
