import { apiAudience } from "./service-account-tokens.ts";
import type { ServiceAccountTokens, VerifiedToken } from "./service-account-tokens.ts";
import type { StaticTokens } from "./static-tokens.ts";

/** Whose token it is and for which of the audiences asked for, or why it is nobody's, in kube-apiserver's words. */
export type TokenVerdict = VerifiedToken | { readonly error: string };

/** Asked with the audiences of whoever was shown the token; the API server itself is `apiAudience`. */
export type TokenAuthenticator = (token: string, audiences?: readonly string[]) => TokenVerdict;

const unknownToken = "invalid bearer token";

/** Static tokens are for the API server; a ServiceAccount's is for the audiences it was made for. */
export function createTokenAuthenticator(statics: StaticTokens, accounts: ServiceAccountTokens): TokenAuthenticator {
  return (token, audiences = [apiAudience]) => {
    const known = statics.find(token);
    if (known !== undefined) {
      return audiences.includes(apiAudience) ? { user: known, audiences: [apiAudience] } : { error: unknownToken };
    }
    const account = accounts.verify(token);
    if (account === undefined) return { error: unknownToken };
    if (typeof account === "string") return { error: `[${unknownToken}, ${account}]` };
    const shared = audiences.filter((audience) => account.audiences.includes(audience));
    if (shared.length > 0) return { user: account.user, audiences: shared };
    const [own, asked] = [account.audiences, audiences].map(
      (list) => `[${list.map((one) => JSON.stringify(one)).join(" ")}]`,
    );
    return { error: `[${unknownToken}, token audiences ${own} is invalid for the target audiences ${asked}]` };
  };
}
