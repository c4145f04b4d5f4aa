import { joinErrors, missingRole } from "../../kube/rbac/authorize.ts";
import type { AccessAttributes } from "../../kube/rbac/rule-allows.ts";
import type { UserInfo } from "../auth/user-info.ts";
import { isJsonObject, itemsAt, objectAt, valueAt } from "../json-value.ts";
import type { Draft } from "../json-value.ts";
import type { KindBehaviour, WriteCall } from "../registry/kind-behaviour.ts";
import { badRequest, invalid } from "../status-error.ts";
import type { StatusCause } from "../status-error.ts";

/** SubjectAccessReview: whether somebody else may. */
export const accessReviewBehaviour: KindBehaviour = {
  answer: (draft, call) =>
    answerFor(draft, toSubject(draft), call, [
      ...attributeCauses(draft),
      ...subjectCauses(draft),
      ...metadataCauses(draft),
    ]),
};

/** LocalSubjectAccessReview: the same for one namespace, to be granted there. */
export const localAccessReviewBehaviour: KindBehaviour = {
  answer(draft, call) {
    const causes = [...attributeCauses(draft), ...subjectCauses(draft), ...metadataCauses(draft)];
    const path = valueAt(draft, "spec", "nonResourceAttributes");
    if (isJsonObject(path)) causes.push(pathCause(path, "disallowed on this kind of request"));
    const namespace = text(draft, "spec", "resourceAttributes", "namespace");
    if (!isJsonObject(path) && namespace !== call.namespace) {
      const message = `Invalid value: ${JSON.stringify(namespace)}: must match metadata.namespace`;
      causes.push({ reason: "FieldValueInvalid", message, field: "spec.resourceAttributes.namespace" });
    }
    return answerFor(draft, toSubject(draft), call, causes);
  },
};

/** SelfSubjectAccessReview: `kubectl auth can-i`. */
export const selfAccessReviewBehaviour: KindBehaviour = {
  answer: (draft, call) => answerFor(draft, call.user, call, [...attributeCauses(draft), ...metadataCauses(draft)]),
};

/** SelfSubjectRulesReview: `kubectl auth can-i --list`. Complete, since every authorizer here is known; a role that is missing is told of. */
export const rulesReviewBehaviour: KindBehaviour = {
  answer(draft, { context, user }) {
    const namespace = text(draft, "spec", "namespace");
    if (namespace === "") throw badRequest("no namespace on request");
    const grants = context.auth.rbac
      .grantsFor(user)
      .filter((grant) => grant.namespace === "" || grant.namespace === namespace);
    const rules = grants.flatMap((grant) => grant.rules ?? []);
    const missing = grants.filter((grant) => grant.rules === undefined).map(missingRole);
    const filled = <T extends object>(rule: T): Partial<T> =>
      Object.fromEntries(Object.entries(rule).filter(([, values]) => (values as unknown[]).length > 0)) as Partial<T>;
    return {
      ...draft,
      spec: {},
      status: {
        resourceRules: rules
          .filter(({ resources }) => resources.length > 0)
          .map(({ verbs, apiGroups, resources, resourceNames }) =>
            filled({ verbs, apiGroups, resources, resourceNames }),
          ),
        nonResourceRules: rules
          .filter(({ nonResourceURLs }) => nonResourceURLs.length > 0)
          .map(({ verbs, nonResourceURLs }) => ({ verbs, nonResourceURLs })),
        incomplete: false,
        ...(missing.length === 0 ? {} : { evaluationError: joinErrors(missing) }),
      },
    };
  },
};

function text(value: unknown, ...path: readonly string[]): string {
  const found = valueAt(value, ...path);
  return typeof found === "string" ? found : "";
}

/** A review is no object: it has no name, and nothing else but the namespace of its address. */
function metadataCauses({ metadata }: Draft): StatusCause[] {
  const { managedFields: _managed, namespace: _namespace, ...rest } = metadata;
  // What is empty is not there, for Go.
  if (Object.values(rest).every((value) => value === "" || value === undefined)) return [];
  const message = `Invalid value: ${JSON.stringify(metadata)}: must be empty`;
  return [{ reason: "FieldValueInvalid", message, field: "metadata" }];
}

function answerFor(
  draft: Draft,
  user: UserInfo,
  { context }: WriteCall,
  causes: readonly StatusCause[],
): Readonly<Record<string, unknown>> {
  // The real server leaves the kind out of what is wrong with a review.
  if (causes.length > 0) throw invalid({ group: "authorization.k8s.io", kind: "" }, "", causes);
  const { allowed, reason } = context.auth.authorize(user, toAttributes(draft));
  return { ...draft, status: { allowed, ...(reason === "" ? {} : { reason }) } };
}

function toSubject(draft: Draft): UserInfo {
  const groups = itemsAt(draft, "spec", "groups").filter((group) => typeof group === "string");
  return { username: text(draft, "spec", "user"), groups };
}

function toAttributes(draft: Draft): AccessAttributes {
  const path = valueAt(draft, "spec", "nonResourceAttributes");
  if (isJsonObject(path)) return { verb: text(path, "verb"), path: text(path, "path") };
  const asked = objectAt(draft, "spec", "resourceAttributes");
  const field = (name: string): string => text(asked, name);
  return {
    verb: field("verb"),
    group: field("group"),
    resource: field("resource"),
    subresource: field("subresource"),
    name: field("name"),
    namespace: field("namespace"),
  };
}

function attributeCauses(draft: Draft): StatusCause[] {
  const asksResource = isJsonObject(valueAt(draft, "spec", "resourceAttributes"));
  const path = valueAt(draft, "spec", "nonResourceAttributes");
  if (asksResource && isJsonObject(path))
    return [pathCause(path, "cannot be specified in combination with resourceAttributes")];
  if (asksResource || isJsonObject(path)) return [];
  const message = "Invalid value: null: exactly one of nonResourceAttributes or resourceAttributes must be specified";
  return [{ reason: "FieldValueInvalid", message, field: "spec.resourceAttributes" }];
}

function pathCause(path: unknown, why: string): StatusCause {
  const shown = JSON.stringify({ Path: text(path, "path"), Verb: text(path, "verb") });
  return {
    reason: "FieldValueInvalid",
    message: `Invalid value: ${shown}: ${why}`,
    field: "spec.nonResourceAttributes",
  };
}

function subjectCauses(draft: Draft): StatusCause[] {
  if (text(draft, "spec", "user") !== "" || itemsAt(draft, "spec", "groups").length > 0) return [];
  const message = 'Invalid value: "": at least one of user or group must be specified';
  return [{ reason: "FieldValueInvalid", message, field: "spec.user" }];
}
