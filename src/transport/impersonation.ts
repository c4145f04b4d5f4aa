import { KubeError } from "../kube/kube-error.ts";
import type { ConnectionImpersonation } from "../config/cluster-connection.ts";
import type { Identity } from "../kube/identity.ts";

export type Headers = Readonly<Record<string, string | readonly string[]>>;

/** The group whose members no authorizer is asked about: whoever vouches for it, we never say it (DESIGN 11). */
const unlimitedGroup = "system:masters";

/**
 * The Impersonate-* headers of a call. A user goes out as itself, so that the cluster decides; ourselves and the local caller as the
 * kubeconfig says (`as`), or without any. Throws "Forbidden" for a user without a name: an empty header would make the call ours.
 */
export function toImpersonationHeaders(identity: Identity, configured: ConnectionImpersonation | undefined): Headers {
  if (identity.kind === "user") {
    if (identity.username === "") throw new KubeError({ reason: "Forbidden", message: "the caller has no user name" });
    return toHeaders({ user: identity.username, groups: identity.groups, extra: {} });
  }
  return configured === undefined ? {} : toHeaders(configured);
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
