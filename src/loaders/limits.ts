/** Bounds of what one operation may ask of the loaders. */
export interface LoaderLimits {
  /** Page size where neither first nor last is given. */
  readonly defaultPage: number;
  /** Most objects of a page (DESIGN 6). */
  readonly maxPage: number;
  readonly maxGroups: number;
  /** Most ids of objects(ids:). */
  readonly maxIds: number;
  /** How long a kind asked for the first time may take to be listed before the answer leaves without it. */
  readonly ensureWaitMs: number;
  /** How long one read through to a cluster may take. */
  readonly readThroughMs: number;
  /** How long `readAfter` waits. */
  readonly readAfterMs: number;
  /** How long a mutation waits for its write to be seen. */
  readonly visibleMs: number;
  /** Most lines of a log. */
  readonly maxLogLines: number;
  /** Most bytes of a log; the end is kept. */
  readonly maxLogBytes: number;
}

export const defaultLimits: LoaderLimits = {
  defaultPage: 100,
  maxPage: 50_000,
  maxGroups: 10_000,
  maxIds: 1_000,
  // A custom resource of some thousand objects lists within this on a near cluster; a dead one is marked at once.
  ensureWaitMs: 3_000,
  readThroughMs: 3_000,
  readAfterMs: 5_000,
  visibleMs: 1_000,
  maxLogLines: 10_000,
  maxLogBytes: 1_048_576,
};
