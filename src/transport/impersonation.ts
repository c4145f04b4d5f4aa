import type { ConnectionImpersonation } from "../config/cluster-connection.ts";
import { KubeError } from "../kube/kube-error.ts";
import { believedUser } from "../kube/believed-user.ts";
import type { BelievedRealm, Identity } from "../kube/identity.ts";

export type Headers = Readonly<Record<string, string | readonly string[]>>;

/** The group whose members no authorizer is asked about: whoever vouches for it, we never say it (DESIGN 11). */
const unlimitedGroup = "system:masters";

/**
 * The Impersonate-* headers of a call. A user goes out as who they are at that cluster, so that it decides; ourselves and the local caller as
 * the kubeconfig says (`as`), or without any. Throws "Forbidden" for a user the cluster does not believe: without headers the call would be ours.
 */
export function toImpersonationHeaders(
  identity: Identity,
  configured: ConnectionImpersonation | undefined,
  cluster: { readonly name: string; readonly believes: readonly BelievedRealm[] },
): Headers {
  if (identity.kind === "user") {
    const { username, groups } = believedUser(cluster, identity);
    if (![username, ...groups].every(fitsHeader)) {
      const message =
        "the name or a group of the caller cannot be sent in a header; the cluster would read it as another";
      throw new KubeError({ reason: "Forbidden", message, cluster: cluster.name });
    }
    return toHeaders({ user: username, groups, extra: {} });
  }
  return configured === undefined ? {} : toHeaders(configured);
}

/** Control characters end a header; blanks at its ends are taken off on the way, which makes " jane" another user, "jane". */
function fitsHeader(name: string): boolean {
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  return name === name.trim() && !/[\u0000-\u001f\u007f]/.test(name);
}

function toHeaders({ user, uid, groups, extra }: ConnectionImpersonation): Headers {
  const allowed = groups.filter((group) => group !== unlimitedGroup);
  return {
    "impersonate-user": toBytes(user),
    ...(uid === undefined ? {} : { "impersonate-uid": toBytes(uid) }),
    ...(allowed.length === 0 ? {} : { "impersonate-group": allowed.map(toBytes) }),
    ...Object.fromEntries(
      Object.entries(extra).map(([key, values]) => [
        `impersonate-extra-${encodeURIComponent(key.toLowerCase())}`,
        values.map(toBytes),
      ]),
    ),
  };
}

/** Header values are written as latin1: spelled so that the bytes on the wire are UTF-8, as Go reads them. */
function toBytes(value: string): string {
  return Buffer.from(value, "utf8").toString("latin1");
}
