import { toImpersonatedGroups } from "../../kube/rbac/implied-groups.ts";
import type { ResourceAttributes } from "../../kube/rbac/rule-allows.ts";
import { parseServiceAccountUsername } from "../../kube/rbac/subject.ts";
import { StatusError } from "../status-error.ts";
import type { Peer } from "./authenticate.ts";
import type { UserInfo } from "./user-info.ts";

/** The Impersonate-* headers of a request. */
export interface Impersonation {
  readonly username: string;
  readonly uid: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** Reads them; undefined where there are none. Throws 500, as kube-apiserver does, for anything said of a user who is not named. */
export function readImpersonation(headers: Headers, peer: Peer | undefined): Impersonation | undefined {
  const username = toText(headers.get("impersonate-user") ?? "");
  const uid = toText(headers.get("impersonate-uid") ?? "");
  const groups = (peer?.impersonateGroups ?? splitValues(headers.get("impersonate-group"))).map(toText);
  const extra: Record<string, readonly string[]> = {};
  for (const [name, value] of headers) {
    if (name.startsWith(extraPrefix))
      extra[toExtraKey(name.slice(extraPrefix.length))] = splitValues(value).map(toText);
  }
  if (username !== "") return { username, uid, groups, extra };
  if (uid === "" && groups.length === 0 && Object.keys(extra).length === 0) return undefined;
  const message = "Internal Server Error: requested uid, groups or extra without impersonating a user";
  throw new StatusError({ code: 500, reason: "InternalError", message });
}

const extraPrefix = "impersonate-extra-";
const authentication = "authentication.k8s.io";

/**
 * Every right somebody needs for it: `impersonate` on the user or ServiceAccount, on each group, on each value of each extra key, and on the uid.
 * Source: k8s.io/apiserver 1.34, pkg/endpoints/filters/impersonation.go.
 */
export function rightsToImpersonate({ username, uid, groups, extra }: Impersonation): readonly ResourceAttributes[] {
  const verb = "impersonate";
  const account = parseServiceAccountUsername(username);
  return [
    account === undefined
      ? { verb, group: "", resource: "users", name: username }
      : { verb, group: "", resource: "serviceaccounts", ...account },
    ...groups.map((name) => ({ verb, group: "", resource: "groups", name })),
    ...Object.entries(extra).flatMap(([subresource, values]) =>
      values.map((name) => ({ verb, group: authentication, resource: "userextras", subresource, name })),
    ),
    ...(uid === "" ? [] : [{ verb, group: authentication, resource: "uids", name: uid }]),
  ];
}

/** Who the request is made as. */
export function toImpersonatedUser({ username, uid, groups, extra }: Impersonation): UserInfo {
  return { username, ...(uid === "" ? {} : { uid }), groups: toImpersonatedGroups(username, groups), extra };
}

/** Fetch joins headers of one name by ", ": a value that holds this is read as two. */
function splitValues(value: string | null): readonly string[] {
  return value === null ? [] : value.split(", ");
}

/** Header values come as latin1, a character for a byte; on the wire they are UTF-8. */
function toText(value: string): string {
  return Buffer.from(value, "latin1").toString("utf8");
}

function toExtraKey(name: string): string {
  try {
    return decodeURIComponent(name.toLowerCase());
  } catch {
    return name.toLowerCase();
  }
}
