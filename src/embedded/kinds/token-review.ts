import { toMetaTime } from "../api-context.ts";
import { toUserInfoBody } from "../auth/user-info.ts";
import { itemsAt, valueAt } from "../json-value.ts";
import type { KindBehaviour } from "../registry/kind-behaviour.ts";
import { badRequest } from "../status-error.ts";

/** TokenReview: whose token it is. The audiences asked for are those of who was shown it; unset, the API server's own. */
export const tokenReviewBehaviour: KindBehaviour = {
  answer(draft, { context }) {
    const token = valueAt(draft, "spec", "token");
    if (typeof token !== "string" || token === "")
      throw badRequest("token is required for TokenReview in authentication");
    const audiences = itemsAt(draft, "spec", "audiences").filter((audience) => typeof audience === "string");
    const verdict = context.auth.verifyToken(token, audiences.length === 0 ? undefined : audiences);
    if ("error" in verdict) return { ...draft, status: { user: {}, error: verdict.error } };
    const status = { authenticated: true, user: toUserInfoBody(verdict.user), audiences: verdict.audiences };
    return { ...draft, status };
  },
};

/** SelfSubjectReview: `kubectl auth whoami`. */
export const selfReviewBehaviour: KindBehaviour = {
  answer: (draft, { context, user }) => ({
    ...draft,
    metadata: { creationTimestamp: toMetaTime(context.clock.now()) },
    status: { userInfo: toUserInfoBody(user) },
  }),
};
