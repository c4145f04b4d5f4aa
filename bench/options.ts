import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

/** What the command line asks for; README.md says what for. */
export interface BenchOptions {
  readonly rounds: number;
  /** Of each cluster. */
  readonly pods: number;
  readonly nodes: number;
  /** Names of cases; empty = all. */
  readonly only: readonly string[];
  /** Where control planes keep their data, and all else that the run writes. */
  readonly dir: string;
  /** Where the report goes as JSON besides; unset = nowhere. */
  readonly json?: string;
  /** First of the 20 ports the two control planes take. */
  readonly port: number;
  /** Leave the loaded control planes' data for the next run. */
  readonly keep: boolean;
  /** The pair in `dir` runs already, and goes on running. */
  readonly attach: boolean;
  /** Embedded clusters, whatever else is there. */
  readonly embedded: boolean;
  /** Does every case run, and are the answers right? No figures. */
  readonly smoke: boolean;
}

/** Thrown with a message for people where the command line is wrong. */
export class OptionError extends Error {}

export const usage = `npm run bench -- [OPTIONS]
  --rounds N      interleaved rounds (5)
  --pods N        of each of the two clusters (10000)
  --only A,B      these cases; --list names them
  --dir DIR       data of the control planes and results (${join(tmpdir(), "fleetgraph-bench")})
  --port PORT     first of the 20 ports the control planes take (23400)
  --json FILE     the figures of every round besides, as JSON
  --keep          reuse what --dir holds, and leave it for the next run
  --attach        the control planes of --dir run already: use them and leave them running
  --embedded      embedded clusters even where control planes could be started
  --smoke         200 pods in embedded clusters, no figures: does every case run, and are the answers right?
  --list          print the cases
`;

/** Throws OptionError. */
export function parseOptions(argv: readonly string[]): BenchOptions | "list" {
  const { values } = parse(argv);
  if (values.list === true) return "list";
  const smoke = values.smoke === true;
  const attach = values.attach === true;
  return {
    rounds: whole("--rounds", values.rounds, smoke ? 1 : 5),
    pods: whole("--pods", values.pods, smoke ? 100 : 10_000),
    nodes: smoke ? 5 : 50,
    only: values.only?.split(",").filter((name) => name !== "") ?? [],
    dir: values.dir ?? join(tmpdir(), "fleetgraph-bench"),
    port: whole("--port", values.port, 23_400),
    keep: values.keep === true || attach,
    attach,
    embedded: smoke || values.embedded === true,
    smoke,
    ...(values.json === undefined ? {} : { json: values.json }),
  };
}

function parse(argv: readonly string[]): { readonly values: Values } {
  const boolean = { type: "boolean" } as const;
  const string = { type: "string" } as const;
  try {
    return parseArgs({
      args: [...argv],
      options: {
        rounds: string,
        pods: string,
        only: string,
        dir: string,
        port: string,
        json: string,
        keep: boolean,
        attach: boolean,
        embedded: boolean,
        smoke: boolean,
        list: boolean,
      },
    });
  } catch (error) {
    throw new OptionError(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  }
}

type Values = Partial<
  Record<"rounds" | "pods" | "only" | "dir" | "port" | "json", string> &
    Record<"keep" | "attach" | "embedded" | "smoke" | "list", boolean>
>;

function whole(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  if (/^[1-9]\d{0,6}$/u.test(text)) return Number(text);
  throw new OptionError(`${name} must be a whole number above 0 but got: ${JSON.stringify(text)}\n${usage}`);
}
