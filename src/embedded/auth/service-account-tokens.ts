import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { Random } from "../../lib/backoff.ts";
import type { Clock } from "../../lib/clock.ts";
import { authenticatedGroup, toServiceAccountGroups } from "../../kube/rbac/implied-groups.ts";
import { toServiceAccountUsername } from "../../kube/rbac/subject.ts";
import { createUid } from "../metadata/object-name.ts";
import type { ObjectStore } from "../storage/object-store.ts";
import type { UserInfo } from "./user-info.ts";

/** An object a token is for: it dies with it. */
export interface BoundObject {
  readonly kind: "Pod" | "Secret";
  readonly name: string;
  readonly uid: string;
}

export interface TokenGrant {
  readonly namespace: string;
  readonly name: string;
  /** Of the ServiceAccount: another one of the same name is somebody else. */
  readonly uid: string;
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  readonly boundTo?: BoundObject;
}

export interface IssuedToken {
  readonly token: string;
  readonly expiresAtMs: number;
}

/** What a token says, once its signature has been found good. */
export interface VerifiedToken {
  readonly user: UserInfo;
  readonly audiences: readonly string[];
}

/** Makes and checks tokens of ServiceAccounts: JWTs with the claims of a real cluster, signed with a key that lives and dies with the process. */
export interface ServiceAccountTokens {
  issue(grant: TokenGrant): IssuedToken;
  /**
   * Whose token it is; undefined where it is none of this cluster; a string says why it is good no more: expired, or its ServiceAccount or what
   * it is bound to is gone or has another uid. The audiences are left to the caller.
   */
  verify(token: string): VerifiedToken | string | undefined;
}

/** Who signs, and whom a token is for unless it says otherwise: a cluster's default. */
export const apiAudience = "https://kubernetes.default.svc";

interface Claims {
  readonly aud: readonly string[];
  readonly exp: number;
  readonly jti: string;
  readonly "kubernetes.io": {
    readonly namespace: string;
    readonly serviceaccount: { readonly name: string; readonly uid: string };
    readonly pod?: { readonly name: string; readonly uid: string };
    readonly secret?: { readonly name: string; readonly uid: string };
  };
}

export function createServiceAccountTokens(store: ObjectStore, clock: Clock, random: Random): ServiceAccountTokens {
  const key = randomBytes(32);
  const sign = (text: string): Buffer => createHmac("sha256", key).update(text).digest();
  const header = encode({ alg: "HS256", typ: "JWT" });
  const uidOf = (resource: string, namespace: string, name: string): string | undefined =>
    store.get({ resource, namespace, name })?.metadata.uid;

  /** Why the token is good no more. */
  const refuse = ({ exp, "kubernetes.io": { namespace, serviceaccount, pod, secret } }: Claims): string | undefined => {
    if (clock.now() >= exp * 1000) return "service account token has expired";
    const { name, uid } = serviceaccount;
    const current = uidOf("serviceaccounts", namespace, name);
    if (current === undefined) return `serviceaccounts ${JSON.stringify(name)} not found`;
    if (current !== uid) return "service account UID does not match claim";
    if (pod !== undefined && uidOf("pods", namespace, pod.name) !== pod.uid)
      return "service account token has been invalidated";
    if (secret !== undefined && uidOf("secrets", namespace, secret.name) !== secret.uid) return "service account token has been invalidated"; // prettier-ignore
    return undefined;
  };

  return {
    issue({ namespace, name, uid, audiences, expirationSeconds, boundTo }) {
      const issuedAt = Math.floor(clock.now() / 1000);
      const exp = issuedAt + expirationSeconds;
      const bound =
        boundTo === undefined ? {} : { [boundTo.kind.toLowerCase()]: { name: boundTo.name, uid: boundTo.uid } };
      const payload = encode({
        aud: audiences,
        exp,
        iat: issuedAt,
        iss: apiAudience,
        jti: createUid(random),
        "kubernetes.io": { namespace, ...bound, serviceaccount: { name, uid } },
        nbf: issuedAt,
        sub: toServiceAccountUsername(namespace, name),
      });
      const text = `${header}.${payload}`;
      return { token: `${text}.${sign(text).toString("base64url")}`, expiresAtMs: exp * 1000 };
    },
    verify(token) {
      const [head, payload, signature, ...rest] = token.split(".");
      if (head !== header || payload === undefined || signature === undefined || rest.length > 0) return undefined;
      const given = Buffer.from(signature, "base64url");
      const expected = sign(`${head}.${payload}`);
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
      const claims = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as Claims;
      return refuse(claims) ?? { user: toUser(claims), audiences: claims.aud };
    },
  };
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function toUser({ jti, "kubernetes.io": { namespace, serviceaccount, pod } }: Claims): UserInfo {
  const { name, uid } = serviceaccount;
  const extra: Record<string, readonly string[]> = { "authentication.kubernetes.io/credential-id": [`JTI=${jti}`] };
  if (pod !== undefined) {
    extra["authentication.kubernetes.io/pod-name"] = [pod.name];
    extra["authentication.kubernetes.io/pod-uid"] = [pod.uid];
  }
  return {
    username: toServiceAccountUsername(namespace, name),
    uid,
    groups: [...toServiceAccountGroups(namespace), authenticatedGroup],
    extra,
  };
}
