/** One mistake in a configuration. Lines and columns count from 1. */
export interface ConfigProblem {
  /** Unset where the mistake lies in no file: a flag, a variable. */
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** "clusters[1].role"; "" for the whole file. */
  readonly path: string;
  /** "must be home or abroad but got: \"hme\"": what was expected, and what came where showing it reveals no secret. */
  readonly message: string;
  /** What was probably meant. */
  readonly suggestion?: string;
}

/** Everything that is wrong with a configuration, at once. `message` is ready to be printed, one line a problem. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  /** At least one; in the order of the file. */
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(problems.map(formatProblem).join("\n"));
    this.problems = problems;
  }
}

/** "clusters.yaml:4:11: clusters[1].role: must be …; did you mean \"home\"?" */
export function formatProblem({ file, line, column, path, message, suggestion }: ConfigProblem): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(":");
  const head = [place, path].filter((part) => part !== "").join(": ");
  const hint = suggestion === undefined ? "" : `; did you mean ${JSON.stringify(suggestion)}?`;
  return `${head === "" ? "" : `${head}: `}${message}${hint}`;
}

/** By file, line and column, so that they read as the file does. */
export function sortProblems(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  return problems.toSorted(
    (a, b) =>
      (a.file ?? "").localeCompare(b.file ?? "") || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
  );
}
