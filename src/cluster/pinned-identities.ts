/**
 * Where pinned identities outlive a restart: the uid of kube-system by cluster name. A cache: without it the next contact pins anew. Both
 * methods may reject; that is logged and the fleet goes on.
 */
export interface PinnedIdentities {
  load(): Promise<Readonly<Record<string, string>>>;
  /** All of them, in place of what was kept. Never called again before the last call has settled. */
  save(uids: Readonly<Record<string, string>>): Promise<void>;
}
