import { join } from "node:path";
import type { Clock } from "../../lib/clock.ts";
import type { Logger } from "../../lib/logger.ts";
import type { LoadedSnapshot, SnapshotId, SnapshotRecord, SnapshotStore, StoredSnapshot } from "../snapshot-store.ts";
import { isMissing } from "./disk.ts";
import type { Disk } from "./disk.ts";
import { FolderLock } from "./folder-lock.ts";
import type { ProcessIdentity } from "./folder-lock.ts";
import { createGate } from "./gate.ts";
import { OpenedPack } from "./opened-pack.ts";
import type { OpenedPackOptions } from "./opened-pack.ts";
import { decodeHeader, maxHeaderBytes } from "./pack-format.ts";
import { Pack, sizeOf } from "./pack.ts";
import { toSafeName } from "./safe-name.ts";

export interface PackedSnapshotStoreOptions {
  readonly disk: Disk;
  /** `cache.dir`; everything lies under its folder "fleet". */
  readonly dir: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly self: ProcessIdentity;
  /** Between appending and bringing it to the medium: what a power cut may cost. `kill -9` costs nothing. */
  readonly syncIntervalMs?: number;
}

/** Packs worked on at once: Node.js has four threads for files, and looking up names needs them too. */
const maxAtOnce = 2;

/** Below this size a file with more dead than live bytes is not worth rewriting. */
const smallPackBytes = 1_048_576;

/**
 * Snapshots as one file each, `{dir}/fleet/{clusterUid}/{resource}.pack` (pack-format.ts): a snapshot with its append log behind it. What is torn is
 * cut, what is damaged or foreign is renamed to `*.damaged-{time}`, said once and never served; one such file is kept of each.
 * One process a folder writes (FolderLock), any may read. Folders are 0700, files 0600.
 */
export class PackedSnapshotStore implements SnapshotStore {
  readonly #options: Required<PackedSnapshotStoreOptions>;
  readonly #root: string;
  readonly #lock: FolderLock;
  readonly #packs = new Map<string, Pack>();
  /** The end of the last thing to do for each pack: a rewriting of our own waits for nobody, but all wait for it. */
  readonly #tails = new Map<Pack, Promise<unknown>>();
  readonly #gate = createGate(maxAtOnce);
  /** Snapshots of which bytes may be read still. */
  readonly #opened = new Set<OpenedPack>();
  #cancelSync: (() => void) | undefined;
  #syncing: Promise<void> | undefined;
  #isClosed = false;

  constructor(options: PackedSnapshotStoreOptions) {
    this.#options = { syncIntervalMs: 1_000, ...options };
    this.#root = join(options.dir, "fleet");
    this.#lock = new FolderLock(options.disk, join(this.#root, "lock"), options.self, options.clock);
  }

  load(id: SnapshotId): Promise<LoadedSnapshot | undefined> {
    return this.#inOrder(id, "load", async (pack) => {
      const read = await pack.read().catch(async (error: unknown) => {
        await pack.giveUp().catch(() => {});
        throw error;
      });
      if (read === undefined) return undefined;
      const { found, source } = read;
      if (found.state === "damaged") {
        await source.close();
        await this.#setAside(pack, found.reason);
        return undefined;
      }
      // A process that never lives long enough to compact must not make the file grow for ever.
      if (found.size > smallPackBytes && found.size > 2 * sizeOf(found)) this.#rewrite(id, pack);
      return this.#open(id, pack, { found, source });
    });
  }

  append(
    id: SnapshotId,
    records: readonly SnapshotRecord[],
    at: Omit<StoredSnapshot, "objects" | "bytes">,
  ): Promise<void> {
    return this.#inOrder(id, "append to", async (pack) => {
      await this.#lockFor(pack);
      await pack.append(records, at, (reason) => this.#setAside(pack, reason));
      this.#scheduleSync();
    });
  }

  compact(id: SnapshotId, snapshot: StoredSnapshot): Promise<void> {
    return this.#inOrder(id, "compact", async (pack) => {
      await this.#lockFor(pack);
      await pack.replace(snapshot);
    });
  }

  remove(id: SnapshotId): Promise<void> {
    return this.#inOrder(id, "remove", async (pack) => {
      await this.#lock.take();
      await pack.close();
      await this.#options.disk.remove(pack.path).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
    });
  }

  async list(clusterUid: string): Promise<readonly string[]> {
    const { disk } = this.#options;
    const folder = join(this.#root, toSafeName(clusterUid));
    try {
      const names = (await disk.listFolder(folder)).filter((name) => name.endsWith(".pack"));
      const headers = await Promise.all(
        names.map(async (name) => decodeHeader(await disk.readStart(join(folder, name), maxHeaderBytes))?.id),
      );
      // A name that does not match its content will be set aside when it is loaded.
      return headers
        .flatMap((id, index) => {
          const isOurs = id?.clusterUid === clusterUid && names[index] === `${toSafeName(id.resource)}.pack`;
          return isOurs ? [id.resource] : [];
        })
        .toSorted();
    } catch (error) {
      if (isMissing(error)) return [];
      throw toStoreError("list", folder, error);
    }
  }

  /** Brings everything to the medium, closes the files and lets others write. Nothing may be called after it. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.all(this.#tails.values());
    this.#cancelSync?.();
    await this.#syncing;
    await this.#sync();
    for (const pack of this.#packs.values()) await pack.close().catch(() => {});
    for (const opened of this.#opened) await opened.close();
    await this.#lock.release().catch(() => {});
  }

  /** What cannot be written now is missing from then on. */
  async #lockFor(pack: Pack): Promise<void> {
    try {
      await this.#lock.take();
    } catch (error) {
      await pack.giveUp().catch(() => {});
      throw error;
    }
  }

  async #inOrder<T>(id: SnapshotId, what: string, act: (pack: Pack) => Promise<T>): Promise<T> {
    const path = join(this.#root, toSafeName(id.clusterUid), `${toSafeName(id.resource)}.pack`);
    if (this.#isClosed) throw new Error(`cannot ${what} ${path}: the store is closed`);
    const pack = this.#packs.get(path) ?? new Pack(this.#options.disk, path, id);
    this.#packs.set(path, pack);
    const before = this.#tails.get(pack);
    const result = (async () => {
      await before;
      return this.#gate(() => act(pack));
    })();
    const tail = result.then(
      () => {},
      () => {},
    );
    this.#tails.set(pack, tail);
    try {
      return await result;
    } catch (error) {
      throw toStoreError(what, path, error);
    }
  }

  #open(id: SnapshotId, pack: Pack, read: Pick<OpenedPackOptions, "found" | "source">): OpenedPack {
    const { generation } = pack;
    let isTold = false;
    const onDamage = (): void => {
      if (isTold || this.#isClosed) return;
      isTold = true;
      const setAside = async (): Promise<void> => {
        // What has replaced that file since is another.
        if (pack.generation === generation) await this.#setAside(pack, "bytes in it are damaged");
      };
      // Rejects only where the store is closed: the next start finds it again.
      void this.#inOrder(id, "set aside", setAside).catch(() => {});
    };
    const opened = new OpenedPack({ ...read, onDamage, onClosed: () => void this.#opened.delete(opened) });
    this.#opened.add(opened);
    // Most have no bytes.
    if (opened.bytes.size === 0) void opened.close();
    return opened;
  }

  #rewrite(id: SnapshotId, pack: Pack): void {
    void this.#inOrder(id, "rewrite", async () => {
      await this.#lock.take();
      // Read again: it may have been written to since.
      const read = await pack.read();
      if (read === undefined) return;
      const { found, source } = read;
      try {
        if (found.state !== "whole") return;
        const bytes = new Map<string, Buffer>();
        const opened = new OpenedPack({ found, source, onDamage: () => {}, onClosed: () => {} });
        for (const [key, each] of opened.bytes) bytes.set(key, await each.read());
        await pack.replace({ ...found.at, objects: found.objects, bytes });
      } finally {
        await source.close();
      }
    }).catch((error: unknown) => this.#options.logger.warn("cache file was not rewritten", { error }));
  }

  async #setAside(pack: Pack, reason: string): Promise<void> {
    const { disk, clock, logger } = this.#options;
    const aside = `${pack.path}.damaged-${new Date(clock.now()).toISOString().replaceAll(/[:.]/gu, "-")}`;
    await pack.giveUp().catch(() => {});
    try {
      await this.#lock.take();
      const folder = join(pack.path, "..");
      const name = `${pack.path.slice(folder.length + 1)}.damaged-`;
      for (const old of await disk.listFolder(folder)) {
        if (old.startsWith(name)) await disk.remove(join(folder, old));
      }
      await disk.rename(pack.path, aside);
      logger.warn("cache file is damaged and was set aside", { path: pack.path, reason, aside });
    } catch (error) {
      logger.warn("cache file is damaged and is not used", { path: pack.path, reason, error });
    }
  }

  #scheduleSync(): void {
    const { clock, syncIntervalMs } = this.#options;
    this.#cancelSync ??= clock.setTimer(() => {
      this.#syncing = this.#sync().finally(() => {
        this.#syncing = undefined;
        this.#cancelSync = undefined;
        if (!this.#isClosed && [...this.#packs.values()].some(({ unsynced }) => unsynced)) this.#scheduleSync();
      });
    }, syncIntervalMs);
  }

  /** One after another: a slow disk takes one of the few threads that the whole process has for files and names. */
  async #sync(): Promise<void> {
    for (const pack of this.#packs.values()) {
      try {
        await pack.sync();
      } catch (error) {
        this.#options.logger.warn("cache file did not reach the disk", { path: pack.path, error });
      }
    }
  }
}

function toStoreError(what: string, path: string, error: unknown): Error {
  return new Error(`cannot ${what} ${path}: ${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
  });
}
