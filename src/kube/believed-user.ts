import { identityAt } from "./identity.ts";
import type { BelievedRealm, UserIdentity } from "./identity.ts";
import { KubeError } from "./kube-error.ts";

/**
 * Who somebody is at a cluster, for a call to it. Throws "Forbidden" where they are nobody there: such a call is not sent, since without a name it
 * would be made with our own rights.
 */
export function believedUser(
  cluster: { readonly name: string; readonly believes: readonly BelievedRealm[] },
  user: UserIdentity,
): { readonly username: string; readonly groups: readonly string[] } {
  const found = identityAt(cluster, user);
  if (found !== undefined) return found;
  const message = "the caller is nobody in this cluster; clusters[].identities says whose users it believes";
  throw new KubeError({ reason: "Forbidden", message, cluster: cluster.name });
}
