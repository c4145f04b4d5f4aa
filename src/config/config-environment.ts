/** The files a configuration may read. Both reject with an Error that has a `code` ("ENOENT", "EACCES"), as node:fs/promises does. */
export interface ConfigFiles {
  /** The text of a UTF-8 file. */
  readFile(path: string): Promise<string>;
  /** Resolves where the path is a readable file. */
  access(path: string): Promise<void>;
}

/** What of the machine a configuration depends on. */
export interface ConfigEnvironment {
  readonly files: ConfigFiles;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Absolute. */
  readonly homeDir: string;
  /** Relative paths of flags and variables start here. Absolute. */
  readonly cwd: string;
}

/** The `code` of a system error, else "". */
export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** "no such file", "permission denied": for messages that name the path themselves. */
export function explainFileError(error: unknown): string {
  const code = errorCode(error);
  const known: Readonly<Record<string, string>> = {
    ENOENT: "no such file",
    EACCES: "permission denied",
    EISDIR: "is a folder",
    ENOTDIR: "part of the path is no folder",
  };
  return known[code] ?? (code === "" ? "cannot be read" : code);
}
