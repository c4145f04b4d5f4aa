/** Which requests a fault is for. Everything that is stated must hold; nothing stated = every request. */
export interface FaultMatch {
  /** "GET". */
  readonly method?: string;
  /** Kubernetes verb: "get", "list", "watch", "create", "update", "patch", "delete", "deletecollection", "discovery". */
  readonly verb?: string;
  /** Plural: "pods". */
  readonly resource?: string;
  readonly namespace?: string;
  /** Tested against path and query. */
  readonly path?: RegExp;
}

export interface AnswerFault {
  readonly status: number;
  readonly reason?: string;
  readonly message?: string;
  readonly retryAfterSeconds?: number;
  /** How many requests; unset = until undone. */
  readonly count?: number;
  readonly match?: FaultMatch;
}

/**
 * Switches for what can go wrong, for tests and for `--faults`. Each acts on requests over the handler; the in-process client is
 * spared, but for events and streams. What answers a function is undone by it.
 */
export interface Faults {
  /** The next `count` watch events of a resource are not sent to anybody. */
  dropEvents(resource: string, count: number): void;
  /** Ends every open watch, of one resource or of all; answers how many there were. `abruptly` breaks the connection instead. */
  cutStreams(options?: { readonly resource?: string; readonly abruptly?: boolean }): number;
  /** Compacts all history: older resourceVersions and continue tokens answer 410. */
  expireVersions(): void;
  /** Answers instead of the server. */
  answer(fault: AnswerFault): () => void;
  /** Matching requests are taken and never answered, streams included, until undone: then they go on. */
  stall(match?: FaultMatch): () => void;
  /** Matching requests wait before they are worked on. */
  slow(delayMs: number, match?: FaultMatch): () => void;
  /** The next `count` watch frames of a resource are cut in the middle, and their stream ends there. */
  tearFrames(resource: string, count: number): void;
  /** In the next `count` answers (lists, objects, events) of a resource, one object loses its metadata. */
  malform(resource: string, count: number): void;
  /** Called after each page that has a next one has been made: what it writes lies between the pages. */
  betweenPages(change: () => void): () => void;
  /** Undoes everything that is still on. */
  clear(): void;
}
