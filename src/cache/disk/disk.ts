/** A file that is open for writing. */
export interface DiskFile {
  /** Writes all of it at the end, or rejects; then part of it may be there. */
  append(bytes: Buffer): Promise<void>;
  /** Cuts the file to `size` bytes. */
  truncate(size: number): Promise<void>;
  /** Resolves when the content is on the medium (fdatasync). */
  sync(): Promise<void>;
  close(): Promise<void>;
}

/**
 * A file that is open for reading. It stays what it was when it was opened, also where its name has gone to another file since, or to none.
 */
export interface DiskSource {
  /** Bytes there were when it was opened. */
  readonly size: number;
  /** The bytes from `from` up to `to`; rejects where there are fewer. */
  read(from: number, to: number): Promise<Buffer>;
  /** The same at once: all else waits for the disk meanwhile. Throws likewise. */
  readNow(from: number, to: number): Buffer;
  /** Nothing may be read after it. */
  close(): Promise<void>;
}

/**
 * The file system, as much of it as caches need; a parameter, so that tests can fail every single call. All reject with an Error that has a
 * `code` ("ENOENT", "ENOSPC"), as node:fs/promises does.
 */
export interface Disk {
  read(path: string): Promise<Buffer>;
  openSource(path: string): Promise<DiskSource>;
  /** The first `length` bytes, fewer where there are no more. */
  readStart(path: string, length: number): Promise<Buffer>;
  /**
   * `append` opens what is there, `replace` empties or makes it, `create` rejects with EEXIST where it is there. New files have mode 0600.
   */
  open(path: string, how: "append" | "replace" | "create"): Promise<DiskFile>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes the folder and those above it, mode 0700; all is well where it is there. */
  makeFolder(path: string): Promise<void>;
  /** Names in a folder. */
  listFolder(path: string): Promise<readonly string[]>;
  /** Resolves when names in the folder are on the medium; does nothing where the system cannot. */
  syncFolder(path: string): Promise<void>;
  /** When the content was last written or touched, ms since the epoch. */
  modifiedAtMs(path: string): Promise<number>;
  /** Sets that time. */
  touch(path: string, atMs: number): Promise<void>;
}

/** Whether an error says that the path is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
