import { authorizeByRbac } from "../../kube/rbac/authorize.ts";
import type { RbacDecision } from "../../kube/rbac/authorize.ts";
import { unlimitedGroup } from "../../kube/rbac/implied-groups.ts";
import { createRbac } from "../../kube/rbac/rbac.ts";
import type { Rbac } from "../../kube/rbac/rbac.ts";
import type { AccessAttributes } from "../../kube/rbac/rule-allows.ts";
import type { Random } from "../../lib/backoff.ts";
import type { Clock } from "../../lib/clock.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import { authenticate } from "./authenticate.ts";
import type { Peer } from "./authenticate.ts";
import { forbiddenRequest } from "./forbidden.ts";
import { readImpersonation, rightsToImpersonate, toImpersonatedUser } from "./impersonate.ts";
import { createServiceAccountTokens } from "./service-account-tokens.ts";
import type { ServiceAccountTokens } from "./service-account-tokens.ts";
import { createStaticTokens } from "./static-tokens.ts";
import type { StaticToken, StaticTokens } from "./static-tokens.ts";
import { createTokenAuthenticator } from "./token-authenticator.ts";
import type { TokenAuthenticator } from "./token-authenticator.ts";
import type { UserInfo } from "./user-info.ts";

/** Who asks the embedded API server, and what they may. Everything is decided by what is stored at that moment. */
export interface EmbeddedAuth {
  readonly staticTokens: StaticTokens;
  readonly accountTokens: ServiceAccountTokens;
  readonly verifyToken: TokenAuthenticator;
  /** Roles and bindings as they are now. */
  readonly rbac: Rbac;
  /** Who the request is made as: whom its credentials name, or whom they may impersonate. Throws 401, 403 and 500. */
  identify(headers: Headers, peer: Peer | undefined): UserInfo;
  authorize(user: UserInfo, attributes: AccessAttributes): RbacDecision;
  /** Throws 403 where they may not. */
  require(user: UserInfo, attributes: AccessAttributes): void;
  /** Told of each change: `resource` is the storage name. */
  noteChange(resource: string): void;
}

export interface EmbeddedAuthOptions {
  readonly store: ObjectStore;
  readonly clock: Clock;
  readonly random: Random;
  readonly tokens: readonly StaticToken[];
}

const rbacGroup = "rbac.authorization.k8s.io";

export function createEmbeddedAuth({ store, clock, random, tokens }: EmbeddedAuthOptions): EmbeddedAuth {
  const staticTokens = createStaticTokens(tokens, clock);
  const accountTokens = createServiceAccountTokens(store, clock, random);
  const verifyToken = createTokenAuthenticator(staticTokens, accountTokens);
  // Read again after a change, when somebody asks: a cluster being seeded is asked nothing.
  let rbac: Rbac | undefined;
  const auth: EmbeddedAuth = {
    staticTokens,
    accountTokens,
    verifyToken,
    get rbac() {
      rbac ??= createRbac({
        clusterRoles: store.list(`clusterroles.${rbacGroup}`, ""),
        roles: store.list(`roles.${rbacGroup}`, ""),
        clusterRoleBindings: store.list(`clusterrolebindings.${rbacGroup}`, ""),
        roleBindings: store.list(`rolebindings.${rbacGroup}`, ""),
      });
      return rbac;
    },
    identify(headers, peer) {
      const requestor = authenticate(verifyToken, headers, peer);
      const impersonation = readImpersonation(headers, peer);
      if (impersonation === undefined) return requestor;
      for (const right of rightsToImpersonate(impersonation)) auth.require(requestor, right);
      return toImpersonatedUser(impersonation);
    },
    authorize(user, attributes) {
      if (user.groups.includes(unlimitedGroup)) return { allowed: true, reason: "" };
      return authorizeByRbac(auth.rbac, user, attributes);
    },
    require(user, attributes) {
      const { allowed, reason } = auth.authorize(user, attributes);
      if (!allowed) throw forbiddenRequest(user, attributes, reason);
    },
    noteChange(resource) {
      if (resource.endsWith(`.${rbacGroup}`)) rbac = undefined;
    },
  };
  return auth;
}
