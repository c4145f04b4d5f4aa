/** What one cluster may cost and how long it may take. All times in milliseconds, all sizes in bytes. */
export interface TransportLimits {
  /** TCP and TLS together. */
  readonly connectTimeoutMs: number;
  /** A whole read, its retries included: from the call to the last byte. */
  readonly readTimeoutMs: number;
  readonly writeTimeoutMs: number;
  /** From the call to the first line of a watch's answer; how long a stream may be silent is the reflector's business. */
  readonly watchStartTimeoutMs: number;
  /** Reads, writes and watches at the same time, apart from each other, so that full streams never block a read. */
  readonly maxReads: number;
  readonly maxWrites: number;
  readonly maxWatches: number;
  /** Sendings of one read, the first included. */
  readonly maxAttempts: number;
  readonly retryBaseMs: number;
  readonly retryMaxMs: number;
  /** Link failures in a row after which an endpoint rests. */
  readonly breakerFailures: number;
  readonly breakerBaseMs: number;
  readonly breakerMaxMs: number;
  readonly maxBodyBytes: number;
  readonly maxFrameBytes: number;
  readonly maxLogBytes: number;
  readonly tcpKeepAliveMs: number;
  /** How long a connection may idle before it is closed; Go's servers close theirs after 90 s. */
  readonly idleConnectionMs: number;
  /** How old what was read from certificate, key and token files may be. */
  readonly credentialsAgeMs: number;
  readonly execTimeoutMs: number;
  readonly probe: ProbeLimits;
}

export interface ProbeLimits {
  /** Between two probes of an endpoint, with a tenth of jitter either way. */
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** Between a failed probe and the one that confirms it. */
  readonly confirmMs: number;
  /** Failures in a row that make it worse, successes in a row that make it better. */
  readonly failureThreshold: number;
  readonly successThreshold: number;
}

/**
 * A hung endpoint is DOWN after at most interval + 2 x timeout + confirm = 11.5 s. An object is at most 1.5 MiB in etcd and up to ten
 * times that as JSON with managedFields; a page of 500 of them is far from 256 MiB.
 */
export const defaultTransportLimits: TransportLimits = {
  connectTimeoutMs: 5_000,
  readTimeoutMs: 30_000,
  writeTimeoutMs: 30_000,
  watchStartTimeoutMs: 15_000,
  maxReads: 32,
  maxWrites: 16,
  maxWatches: 1_024,
  maxAttempts: 3,
  retryBaseMs: 200,
  retryMaxMs: 5_000,
  breakerFailures: 3,
  breakerBaseMs: 1_000,
  breakerMaxMs: 30_000,
  maxBodyBytes: 256 * 2 ** 20,
  maxFrameBytes: 16 * 2 ** 20,
  maxLogBytes: 10 * 2 ** 20,
  tcpKeepAliveMs: 10_000,
  idleConnectionMs: 30_000,
  credentialsAgeMs: 10_000,
  execTimeoutMs: 60_000,
  probe: { intervalMs: 5_000, timeoutMs: 3_000, confirmMs: 500, failureThreshold: 2, successThreshold: 1 },
};
