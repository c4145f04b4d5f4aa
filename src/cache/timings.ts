/** Times and sizes of reflectors and what keeps them. All in ms where the name says so. */
export interface CacheTimings {
  /** Objects a page: client-go's. */
  readonly pageLimit: number;
  readonly pageTimeoutMs: number;
  /** The longest the event loop is held while a page is worked in. */
  readonly sliceMs: number;
  /** The same for what nobody waits for, and which must not show in how soon a change is told: packing, writing to disk. */
  readonly quietSliceMs: number;
  /** Between two such slices of packing, or of what is appended to the disk: a fifth of the time at most. */
  readonly quietPauseMs: number;
  /** A watch without event or bookmark for so long is taken for dead: servers send bookmarks about each minute. */
  readonly silentMs: number;
  /** A watch that has lasted so long was a success: the backoff starts over. */
  readonly stableMs: number;
  /** A resumed watch that was neither refused nor cut for so long counts as connected. */
  readonly settleMs: number;
  readonly backoffBaseMs: number;
  readonly backoffMaxMs: number;
  /** How often a kind that is not served, or not ours to list, is tried again. */
  readonly slowMs: number;
  /** After an outage of so long the whole is listed: little is saved by looking closer, and compareHistory's reads would soon meet a compacted version. */
  readonly relistAfterOutageMs: number;
  /** Old events make the whole be listed anew, at most this often. */
  readonly suspicionMs: number;
  /** Watches are asked to end after a time in this range, each another, so that they do not all come back together. */
  readonly watchMinSeconds: number;
  readonly watchMaxSeconds: number;
  /** What is cached on demand is let go after so long without use. */
  readonly idleMs: number;
  /** Least time between two writes to disk. */
  readonly diskIntervalMs: number;
  /** While others wait for answers, changes wait no longer than this to be written. */
  readonly diskPatienceMs: number;
  /** Bodies are packed so long after they came at the earliest. */
  readonly packDelayMs: number;
  /** While others wait for answers, what has changed waits no longer than this to be packed. */
  readonly packPatienceMs: number;
  /** After a start from disk its bodies are read so much later, unless somebody asks for one before: then those beside it are read too. */
  readonly bodiesDelayMs: number;
  /** After a failed write the disk is tried again after this. */
  readonly diskRetryMs: number;
}

export const defaultTimings: CacheTimings = {
  pageLimit: 500,
  pageTimeoutMs: 30_000,
  sliceMs: 5,
  quietSliceMs: 1,
  quietPauseMs: 4,
  silentMs: 90_000,
  stableMs: 30_000,
  settleMs: 1_000,
  backoffBaseMs: 800,
  backoffMaxMs: 30_000,
  slowMs: 60_000,
  relistAfterOutageMs: 60_000,
  suspicionMs: 30_000,
  watchMinSeconds: 300,
  watchMaxSeconds: 600,
  idleMs: 600_000,
  diskIntervalMs: 1_000,
  diskPatienceMs: 5_000,
  packDelayMs: 2_000,
  packPatienceMs: 30_000,
  bodiesDelayMs: 1_000,
  diskRetryMs: 30_000,
};
