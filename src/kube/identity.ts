/** Somebody a realm vouched for: their calls go out impersonated. */
export interface UserIdentity {
  readonly kind: "user";
  /** Never empty. As the realm says it: "system:serviceaccount:team-a:bot", "jane@example.com". */
  readonly username: string;
  readonly groups: readonly string[];
  /** Who vouched: the name of a cluster. Part of every cache key: the same name of another realm is somebody else. */
  readonly realm: string;
  /** From then on the credentials are not believed any more, ms since the epoch; unset where they do not say. */
  readonly expiresAtMs?: number;
}

/**
 * As whom a call to a cluster is made. Every call says so: there is no default.
 * - `system`: fleetgraph itself, with the credentials of the cluster's configuration; `reason` says which part and why.
 * - `local`: the person at this machine in `auth.mode: none`; the same credentials, but it is a caller, not us.
 * - `user`: somebody a realm vouched for; calls go out impersonated, as `identityAt` says for that cluster.
 */
export type Identity = { readonly kind: "system"; readonly reason: string } | { readonly kind: "local" } | UserIdentity;

/** The only way to act as ourselves. `reason` appears in logs: "reflector pods", "probe". */
export function systemIdentity(reason: string): Identity {
  return { kind: "system", reason };
}

/** The caller in `auth.mode: none`. */
export const localIdentity: Identity = { kind: "local" };

/** Whom else a cluster believes (`clusters[].identities`): users of `realm`, under prefixed names. */
export interface BelievedRealm {
  /** Name of the cluster that vouches for them. */
  readonly realm: string;
  /** Put before user names and before groups, so that nobody of that realm takes a name of this one; may be "". */
  readonly usernamePrefix: string;
  readonly groupsPrefix: string;
}

/**
 * Who somebody is at a cluster: themselves in their own realm, under prefixes where the cluster believes their realm; undefined where it does
 * not, which is no rights at all. Names of `system:` do not cross realms (DESIGN 11): such groups are dropped, such a user is nobody;
 * group system:masters is dropped everywhere.
 */
export function identityAt(
  cluster: { readonly name: string; readonly believes: readonly BelievedRealm[] },
  user: UserIdentity,
): { readonly username: string; readonly groups: readonly string[] } | undefined {
  if (user.username === "") return undefined;
  if (user.realm === cluster.name) {
    return { username: user.username, groups: user.groups.filter((group) => group !== "system:masters") };
  }
  const believed = cluster.believes.find(({ realm }) => realm === user.realm);
  if (believed === undefined) return undefined;
  const username = believed.usernamePrefix + user.username;
  if (isSystemName(username)) return undefined;
  const groups = user.groups
    .filter((group) => !isSystemName(group))
    .map((group) => believed.groupsPrefix + group)
    .filter((group) => !isSystemName(group));
  return { username, groups };
}

function isSystemName(name: string): boolean {
  return name.startsWith("system:");
}
