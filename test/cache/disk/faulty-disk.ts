import type { Disk, DiskFile } from "../../../src/cache/disk/disk.ts";

/** What a fault does to a call of the disk. */
export type DiskFault = (call: string) => { readonly code: string; readonly torn?: boolean } | undefined;

/** A disk whose every call can be made to fail; `fault` is asked with "open", "append", "sync", "rename" … `torn`: half of the bytes get there. */
export function withFaults(disk: Disk, fault: DiskFault): Disk {
  const check = (call: string): void => {
    const found = fault(call);
    if (found !== undefined) throw Object.assign(new Error(`${found.code}: ${call}`), { code: found.code });
  };
  const toFaulty = (file: DiskFile): DiskFile => ({
    async append(bytes) {
      const found = fault("append");
      if (found?.torn === true) await file.append(bytes.subarray(0, bytes.length >> 1));
      if (found !== undefined) throw Object.assign(new Error(`${found.code}: append`), { code: found.code });
      await file.append(bytes);
    },
    async truncate(size) {
      check("truncate");
      await file.truncate(size);
    },
    async sync() {
      check("sync");
      await file.sync();
    },
    async close() {
      await file.close();
      check("close");
    },
  });
  const wrap =
    <A extends readonly unknown[], R>(call: string, act: (...args: A) => Promise<R>) =>
    async (...args: A): Promise<R> => {
      check(call);
      return act(...args);
    };
  return {
    read: wrap("read", disk.read),
    async openSource(path) {
      check("read");
      const source = await disk.openSource(path);
      return {
        size: source.size,
        read: wrap("read", source.read),
        readNow(from, to) {
          check("read");
          return source.readNow(from, to);
        },
        close: source.close,
      };
    },
    readStart: wrap("readStart", disk.readStart),
    async open(path, how) {
      check("open");
      return toFaulty(await disk.open(path, how));
    },
    rename: wrap("rename", disk.rename),
    remove: wrap("remove", disk.remove),
    makeFolder: wrap("makeFolder", disk.makeFolder),
    listFolder: wrap("listFolder", disk.listFolder),
    syncFolder: wrap("syncFolder", disk.syncFolder),
    modifiedAtMs: wrap("modifiedAtMs", disk.modifiedAtMs),
    touch: wrap("touch", disk.touch),
  };
}
