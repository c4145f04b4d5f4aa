import { readSync } from "node:fs";
import { mkdir, open, readdir, rename, stat, unlink, utimes } from "node:fs/promises";
import type { Disk, DiskFile, DiskSource } from "./disk.ts";

/** O_NOFOLLOW is of no use here: whoever can write into our 0700 folder can do worse. */
const flags = { append: "a", replace: "w", create: "ax" } as const;

/** The machine's own file system. */
export function createNodeDisk(): Disk {
  return {
    async read(path) {
      const source = await openSource(path);
      try {
        return await source.read(0, source.size);
      } finally {
        await source.close();
      }
    },
    openSource,
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

type Handle = Awaited<ReturnType<typeof open>>;

async function openSource(path: string): Promise<DiskSource> {
  const handle = await open(path, "r");
  try {
    const { size } = await handle.stat();
    return {
      size,
      async read(from, to) {
        // In one go: readFile comes back to the event loop, which is busy during a start, for each half megabyte.
        const bytes = Buffer.allocUnsafeSlow(to - from);
        for (let end = 0; end < bytes.length;) {
          const { bytesRead } = await handle.read(bytes, end, bytes.length - end, from + end);
          end = advanced(end, bytesRead, path);
        }
        return bytes;
      },
      readNow(from, to) {
        const bytes = Buffer.allocUnsafeSlow(to - from);
        for (let end = 0; end < bytes.length;)
          end = advanced(end, readSync(handle.fd, bytes, end, bytes.length - end, from + end), path);
        return bytes;
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function advanced(end: number, bytesRead: number, path: string): number {
  if (bytesRead === 0) throw new Error(`${path} is shorter than it was`);
  return end + bytesRead;
}

function toDiskFile(handle: Handle): DiskFile {
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
