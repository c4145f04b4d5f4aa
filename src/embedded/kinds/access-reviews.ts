import type { KindBehaviour } from "../registry/kind-behaviour.ts";

/** Who asks, as long as there is no authentication. */
const everybody = { username: "admin", groups: ["system:masters", "system:authenticated"] };

/** SubjectAccessReview and its kin: answered, not stored. There is no authorization: everything is allowed. */
export const accessReviewBehaviour: KindBehaviour = {
  answer: (draft) => ({ ...draft, status: { allowed: true } }),
};

/** SelfSubjectRulesReview. */
export const rulesReviewBehaviour: KindBehaviour = {
  answer: (draft) => ({
    ...draft,
    status: {
      resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }],
      nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
      incomplete: false,
    },
  }),
};

/** SelfSubjectReview: `kubectl auth whoami`. */
export const selfReviewBehaviour: KindBehaviour = {
  answer: (draft) => ({ ...draft, status: { userInfo: everybody } }),
};
