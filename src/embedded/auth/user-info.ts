import {
  anonymousUsername,
  authenticatedGroup,
  unauthenticatedGroup,
  unlimitedGroup,
} from "../../kube/rbac/implied-groups.ts";

/** Who makes a request, as authentication.k8s.io/v1 UserInfo says it. `groups` are all of them. */
export interface UserInfo {
  readonly username: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
}

/** The cluster's own parts, and whoever calls in-process without saying who they are: may do everything. */
export const clusterAdmin: UserInfo = { username: "admin", groups: [unlimitedGroup, authenticatedGroup] };

/** Whoever shows no credentials. */
export const anonymousUser: UserInfo = { username: anonymousUsername, groups: [unauthenticatedGroup] };

/** userInfo of a review: what is empty is left out, as Go's `omitempty` does. */
export function toUserInfoBody({ username, uid, groups, extra }: UserInfo): Record<string, unknown> {
  return {
    username,
    ...(uid === undefined || uid === "" ? {} : { uid }),
    ...(groups.length === 0 ? {} : { groups }),
    ...(extra === undefined || Object.keys(extra).length === 0 ? {} : { extra }),
  };
}
