import { withAuthenticatedGroup } from "../../kube/rbac/implied-groups.ts";
import { StatusError } from "../status-error.ts";
import type { TokenAuthenticator } from "./token-authenticator.ts";
import { anonymousUser, clusterAdmin } from "./user-info.ts";
import type { UserInfo } from "./user-info.ts";

/** Who is at the other end of a connection, apart from what a request says of itself. */
export interface Peer {
  /**
   * Their client certificate: the subject (CN is the user, O the groups) of one that the cluster's authority has signed, "unknown" for any other;
   * unset where they showed none.
   */
  readonly certificate?: { readonly username: string; readonly groups: readonly string[] } | "unknown";
  /** `Impersonate-Group` headers one by one, where the connection knows them so: Fetch's Headers joins them by commas. */
  readonly impersonateGroups?: readonly string[];
}

/**
 * Who makes a request, in kube-apiserver's order: the certificate, then the bearer token, then nobody. Without a peer the call is in-process: who
 * says nothing there is the cluster's administrator. Throws 401.
 */
export function authenticate(verify: TokenAuthenticator, headers: Headers, peer: Peer | undefined): UserInfo {
  const certificate = peer?.certificate;
  if (certificate === "unknown") throw unauthorized();
  if (certificate !== undefined) {
    const { username, groups } = certificate;
    return { username, groups: withAuthenticatedGroup(username, groups) };
  }
  const [scheme = "", token = ""] = (headers.get("authorization") ?? "").trim().split(" ");
  if (scheme.toLowerCase() !== "bearer" || token === "") return peer === undefined ? clusterAdmin : anonymousUser;
  const verdict = verify(token);
  if ("error" in verdict) throw unauthorized();
  return verdict.user;
}

function unauthorized(): StatusError {
  return new StatusError({ code: 401, reason: "Unauthorized", message: "Unauthorized" });
}
