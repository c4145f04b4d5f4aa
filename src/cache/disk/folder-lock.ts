import { dirname } from "node:path";
import type { Clock } from "../../lib/clock.ts";
import { isMissing } from "./disk.ts";
import type { Disk } from "./disk.ts";

/** Who we are to other processes. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly hostname: string;
  /** Unlike that of any other process, whatever its pid: a random text. */
  readonly token: string;
  /** Whether a process of this host lives. */
  readonly isAlive: (pid: number) => boolean;
}

/** How often the holder shows that it lives, and how old its last sign may be: three missed ones, and slack for a slow disk. */
const beatMs = 10_000;
const staleMs = 35_000;
/** A lock without content is being made, or its maker has crashed. */
const tornMs = 2_000;
/** Between two tries to get a lock that another has. */
const retryMs = 5_000;

/**
 * Keeps a second process from writing into our folder: a courtesy to the operator, since the packs' checksums already see to it that two writers
 * cost data, never truth. The lock of a process that is gone is taken over: at once where its pid on this host is gone (or is ours, as in a
 * container that starts again), else when its last sign is older than 35 s.
 */
export class FolderLock {
  readonly #disk: Disk;
  readonly #path: string;
  readonly #self: ProcessIdentity;
  readonly #clock: Clock;
  #isHeld = false;
  #refusal: { readonly error: Error; readonly atMs: number } | undefined;
  #cancelBeat: (() => void) | undefined;
  #taking: Promise<void> | undefined;

  constructor(disk: Disk, path: string, self: ProcessIdentity, clock: Clock) {
    this.#disk = disk;
    this.#path = path;
    this.#self = self;
    this.#clock = clock;
  }

  get isHeld(): boolean {
    return this.#isHeld;
  }

  /** Resolves when we have it. Rejects where another process has it, naming that, or where the disk does not let us. */
  async take(): Promise<void> {
    if (this.#isHeld) return;
    if (this.#refusal !== undefined && this.#clock.monotonic() - this.#refusal.atMs < retryMs)
      throw this.#refusal.error;
    this.#taking ??= this.#take().finally(() => {
      this.#taking = undefined;
    });
    await this.#taking;
  }

  /** Gives it back, where it is ours. */
  async release(): Promise<void> {
    this.#cancelBeat?.();
    this.#cancelBeat = undefined;
    if (!this.#isHeld) return;
    this.#isHeld = false;
    const holder = await this.#read();
    if (holder?.token === this.#self.token) await this.#disk.remove(this.#path);
  }

  async #take(): Promise<void> {
    await this.#disk.makeFolder(dirname(this.#path));
    // Twice: the first may find a lock that is stale, and then another process may be quicker.
    for (let attempt = 0; attempt < 2; attempt++) {
      if (await this.#create()) {
        this.#isHeld = true;
        this.#refusal = undefined;
        this.#beat();
        return;
      }
      const holder = await this.#read();
      if (!(await this.#isStale(holder))) {
        const who = holder === undefined ? "another process" : `process ${holder.pid} on ${holder.hostname}`;
        const error = new Error(`${dirname(this.#path)} is in use by ${who}`);
        this.#refusal = { error, atMs: this.#clock.monotonic() };
        throw error;
      }
      await this.#disk.remove(this.#path).catch((error: unknown) => {
        if (!isMissing(error)) throw error;
      });
    }
    throw new Error(`${dirname(this.#path)} is being taken by another process`);
  }

  async #create(): Promise<boolean> {
    try {
      const file = await this.#disk.open(this.#path, "create");
      const { pid, hostname, token } = this.#self;
      try {
        await file.append(Buffer.from(JSON.stringify({ pid, hostname, token })));
      } catch (error) {
        await this.#disk.remove(this.#path).catch(() => {});
        throw error;
      } finally {
        await file.close();
      }
      return true;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
      throw error;
    }
  }

  /** undefined: not there, or torn by a crash while it was made. */
  async #read(): Promise<Pick<ProcessIdentity, "pid" | "hostname" | "token"> | undefined> {
    try {
      const holder = JSON.parse((await this.#disk.read(this.#path)).toString()) as Partial<ProcessIdentity> | null;
      const { pid, hostname, token } = holder ?? {};
      return pid === undefined || hostname === undefined || token === undefined ? undefined : { pid, hostname, token };
    } catch {
      return undefined;
    }
  }

  async #isStale(holder: Pick<ProcessIdentity, "pid" | "hostname"> | undefined): Promise<boolean> {
    const { pid, hostname, isAlive } = this.#self;
    if (holder?.hostname === hostname && (holder.pid === pid || !isAlive(holder.pid))) return true;
    const ageMs = this.#clock.now() - (await this.#disk.modifiedAtMs(this.#path).catch(() => 0));
    return ageMs > (holder === undefined ? tornMs : staleMs);
  }

  /** Shows that we live, and notices where another has taken over from us while we slept. */
  #beat(): void {
    this.#cancelBeat = this.#clock.setTimer(() => {
      void (async () => {
        if ((await this.#read())?.token !== this.#self.token) {
          this.#isHeld = false;
          return;
        }
        await this.#disk.touch(this.#path, this.#clock.now()).catch(() => {});
        if (this.#isHeld) this.#beat();
      })();
    }, beatMs);
  }
}
