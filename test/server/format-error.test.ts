import { GraphQLError, buildSchema, execute, parse } from "graphql";
import { describe, expect, it } from "vitest";
import { ApiError } from "../../src/kube/api-error.ts";
import { KubeError } from "../../src/kube/kube-error.ts";
import type { KubeErrorFields } from "../../src/kube/kube-error.ts";
import { formatError, isMasked } from "../../src/server/format-error.ts";

const kube = (fields: Omit<KubeErrorFields, "message"> & { message?: string }) =>
  formatError(new KubeError({ message: "as the cluster said", cluster: "paris", ...fields }), "r1");

/** Sentences of kube-apiserver 1.34, word for word. */
const refusals: readonly (readonly [string, string, KubeErrorFields])[] = [
  [
    "a quota",
    "QUOTA_EXCEEDED",
    {
      reason: "Forbidden",
      status: 403,
      message: 'pods "web-0" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=4, limited: pods=4',
    },
  ],
  [
    "a limit range",
    "QUOTA_EXCEEDED",
    {
      reason: "Forbidden",
      status: 403,
      message: 'pods "web-0" is forbidden: maximum cpu usage per Container is 1, but limit is 2',
    },
  ],
  [
    "a namespace that is being deleted",
    "NAMESPACE_TERMINATING",
    {
      reason: "Forbidden",
      status: 403,
      message:
        'configmaps "a" is forbidden: unable to create new content in namespace shop because it is being terminated',
      causes: [
        { reason: "NamespaceTerminating", message: "namespace shop is being terminated", field: "metadata.namespace" },
      ],
    },
  ],
  [
    "a webhook",
    "ADMISSION_DENIED",
    {
      reason: "Forbidden",
      status: 403,
      message: 'admission webhook "policy.example.com" denied the request: no latest tags',
    },
  ],
  [
    "a webhook that denies with 400",
    "ADMISSION_DENIED",
    {
      reason: "BadRequest",
      status: 400,
      message: 'admission webhook "policy.example.com" denied the request: no latest tags',
    },
  ],
  [
    "an admission policy",
    "ADMISSION_DENIED",
    {
      reason: "Invalid",
      status: 422,
      message:
        "deployments.apps \"web\" is forbidden: ValidatingAdmissionPolicy 'replicas' with binding 'replicas-all' denied request: failed expression: object.spec.replicas <= 5",
    },
  ],
  [
    "pod security",
    "ADMISSION_DENIED",
    {
      reason: "Forbidden",
      status: 403,
      message: 'pods "web-0" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
    },
  ],
  [
    "a missing kind",
    "CRD_NOT_INSTALLED",
    { reason: "NotFound", status: 404, message: "the server could not find the requested resource" },
  ],
  ["a missing object", "NOT_FOUND", { reason: "NotFound", status: 404, message: 'pods "web-0" not found' }],
  [
    "missing rights",
    "FORBIDDEN",
    {
      reason: "Forbidden",
      status: 403,
      message: 'pods is forbidden: User "eve" cannot list resource "pods" in API group "" at the cluster scope',
    },
  ],
];

describe("formatError", () => {
  it("should give our own errors as they are", () => {
    const error = new ApiError("SUBSCRIPTION_OVERFLOW", "Too slow.", { cursor: "c1", cluster: "paris" });
    expect(formatError(error, "r1")).toEqual({
      message: "Too slow.",
      extensions: { code: "SUBSCRIPTION_OVERFLOW", cursor: "c1", cluster: "paris", retryable: false, requestId: "r1" },
    });
  });

  it("should find our error inside graphql-js' own, with path and locations", () => {
    const schema = buildSchema("type Query { a: String }");
    const rootValue = {
      a() {
        throw new ApiError("NOT_FOUND", "There is no such thing.");
      },
    };
    const result = execute({ schema, document: parse("{ a }"), rootValue }) as { errors: readonly GraphQLError[] };
    expect(formatError(result.errors[0], "r1")).toMatchObject({
      message: "There is no such thing.",
      path: ["a"],
      locations: [{ line: 1, column: 3 }],
      extensions: { code: "NOT_FOUND" },
    });
  });

  it("should keep back the text of what nobody expected", () => {
    const formatted = formatError(new Error("canary at /etc/passwd"), "r1");
    expect(isMasked(formatted)).toBe(true);
    expect(formatted.extensions).toEqual({ code: "INTERNAL", retryable: false, requestId: "r1" });
    expect(JSON.stringify(formatted)).not.toContain("canary");
  });

  it.each([undefined, null, "canary", 1, { message: "canary" }, new GraphQLError("canary")])(
    "should keep back anything else that was thrown: %s",
    (thrown) => {
      expect(JSON.stringify(formatError(thrown, "r1"))).not.toContain("canary");
    },
  );

  it.each(refusals)("should tell the refusal by %s from others: %s", (_name, code, fields) => {
    expect(formatError(new KubeError(fields), "r1").extensions.code).toBe(code);
  });

  it.each([
    ["Conflict", "CONFLICT", false],
    ["AlreadyExists", "ALREADY_EXISTS", false],
    ["Invalid", "BAD_USER_INPUT", false],
    ["ReadOnly", "FORBIDDEN", false],
    ["Unauthorized", "CLUSTER_UNAVAILABLE", true],
    ["ConnectionFailed", "CLUSTER_UNAVAILABLE", true],
    ["CertificateInvalid", "CLUSTER_UNAVAILABLE", true],
    ["Unavailable", "CLUSTER_UNAVAILABLE", true],
    ["Timeout", "CLUSTER_TIMEOUT", true],
    ["ServerTimeout", "CLUSTER_TIMEOUT", true],
    ["IdentityChanged", "IDENTITY_CHANGED", false],
    ["TooManyRequests", "TOO_MANY_REQUESTS", true],
  ] as const)("should map reason %s to %s", (reason, code, retryable) => {
    expect(kube({ reason }).extensions).toMatchObject({ code, retryable, cluster: "paris", kubernetes: { reason } });
  });

  it("should say OUTCOME_UNKNOWN of a write whose answer was lost, whatever broke", () => {
    const { extensions } = kube({ reason: "Timeout", outcomeUnknown: true });
    expect(extensions).toMatchObject({ code: "OUTCOME_UNKNOWN", retryable: true });
  });

  it("should name the other manager of a server-side apply conflict", () => {
    const causes = [{ field: ".spec.replicas", reason: "FieldManagerConflict", message: "conflict", manager: "hpa" }];
    const { extensions } = kube({ reason: "Conflict", status: 409, causes });
    expect(extensions.kubernetes).toEqual({ reason: "Conflict", code: 409, causes });
  });

  it("should round the wait of a cluster up to whole seconds", () => {
    expect(kube({ reason: "TooManyRequests", retryAfterMs: 1200 }).extensions.retryAfterSeconds).toBe(2);
  });

  it("should prefer the reason in the server's own spelling", () => {
    expect(kube({ reason: "Unknown", status: 422, serverReason: "Teapot" }).extensions).toMatchObject({
      code: "BAD_USER_INPUT",
      kubernetes: { reason: "Teapot", code: 422 },
    });
  });

  it("should take control characters out and cut what is too long", () => {
    const { message } = formatError(new ApiError("BAD_USER_INPUT", `\u001b[31mred\r${"x".repeat(5000)}`), "r1");
    expect(message).toMatch(/^ \[31mred x+…$/);
    expect(message.length).toBe(1001);
  });
});
