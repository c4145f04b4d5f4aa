import { mkdir, open, readdir, rename, stat, unlink, utimes } from "node:fs/promises";
import type { Disk, DiskFile } from "./disk.ts";

/** O_NOFOLLOW is of no use here: whoever can write into our 0700 folder can do worse. */
const flags = { append: "a", replace: "w", create: "ax" } as const;

/** The machine's own file system. */
export function createNodeDisk(): Disk {
  return {
    async read(path) {
      const handle = await open(path, "r");
      try {
        // In one go: readFile comes back to the event loop, which is busy during a start, for each half megabyte.
        const { size } = await handle.stat();
        const bytes = Buffer.allocUnsafeSlow(size);
        let end = 0;
        while (end < size) {
          const { bytesRead } = await handle.read(bytes, end, size - end, end);
          if (bytesRead === 0) break;
          end += bytesRead;
        }
        return bytes.subarray(0, end);
      } finally {
        await handle.close();
      }
    },
    async readStart(path, length) {
      const handle = await open(path, "r");
      try {
        const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
        return buffer.subarray(0, bytesRead);
      } finally {
        await handle.close();
      }
    },
    async open(path, how) {
      if (how === "append") await stat(path);
      return toDiskFile(await open(path, flags[how], 0o600));
    },
    rename: (from, to) => rename(from, to),
    remove: (path) => unlink(path),
    async makeFolder(path) {
      await mkdir(path, { recursive: true, mode: 0o700 });
    },
    listFolder: (path) => readdir(path),
    async syncFolder(path) {
      // Windows cannot open folders, some file systems cannot sync them.
      const handle = await open(path, "r").catch(() => undefined);
      try {
        await handle?.sync();
      } catch (error) {
        if (!(error instanceof Error && "code" in error && (error.code === "EINVAL" || error.code === "EPERM")))
          throw error;
      } finally {
        await handle?.close();
      }
    },
    async modifiedAtMs(path) {
      return (await stat(path)).mtimeMs;
    },
    touch: (path, atMs) => utimes(path, new Date(atMs), new Date(atMs)),
  };
}

function toDiskFile(handle: Awaited<ReturnType<typeof open>>): DiskFile {
  return {
    async append(bytes) {
      // A write may be short without an error: on a full disk the next one tells.
      for (let offset = 0; offset < bytes.length;) {
        offset += (await handle.write(bytes, offset, bytes.length - offset)).bytesWritten;
      }
    },
    truncate: (size) => handle.truncate(size),
    sync: () => handle.datasync(),
    close: () => handle.close(),
  };
}
