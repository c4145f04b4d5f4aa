/**
 * As whom a call to a cluster is made. Every call says so: there is no default.
 * - `system`: fleetgraph itself, with the credentials of the cluster's configuration; `reason` says which part and why.
 * - `local`: the person at this machine in `auth.mode: none`; the same credentials, but it is a caller, not us.
 * - `user`: somebody a realm vouched for; calls go out impersonated.
 */
export type Identity =
  | { readonly kind: "system"; readonly reason: string }
  | { readonly kind: "local" }
  | { readonly kind: "user"; readonly username: string; readonly groups: readonly string[]; readonly realm: string };

/** The only way to act as ourselves. `reason` appears in logs: "reflector pods", "probe". */
export function systemIdentity(reason: string): Identity {
  return { kind: "system", reason };
}

/** The caller in `auth.mode: none`. */
export const localIdentity: Identity = { kind: "local" };
