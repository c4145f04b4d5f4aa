import { describe, expect, it } from "vitest";
import { toImpersonatedGroups, withAuthenticatedGroup } from "../../../src/kube/rbac/implied-groups.ts";
import { toPolicyRules } from "../../../src/kube/rbac/policy-rule.ts";
import { ruleAllows } from "../../../src/kube/rbac/rule-allows.ts";
import type { AccessAttributes } from "../../../src/kube/rbac/rule-allows.ts";
import { parseServiceAccountUsername } from "../../../src/kube/rbac/subject.ts";

const podReader = { verbs: ["get", "list"], apiGroups: [""], resources: ["pods"] };
const getWeb = { verb: "get", group: "", resource: "pods", name: "web" };

// Source of each row: k8s.io/kubernetes 1.34, pkg/apis/rbac/v1/evaluation_helpers.go.
const rows: readonly (readonly [string, object, AccessAttributes, boolean])[] = [
  ["the verb", podReader, getWeb, true],
  ["another verb", podReader, { ...getWeb, verb: "delete" }, false],
  ["any verb by a star", { ...podReader, verbs: ["*"] }, { ...getWeb, verb: "deletecollection" }, true],
  ["no verb by part of a word", { ...podReader, verbs: ["ge*"] }, getWeb, false],
  ["another group", podReader, { ...getWeb, group: "metrics.k8s.io" }, false],
  ["any group by a star", { ...podReader, apiGroups: ["*"] }, { ...getWeb, group: "metrics.k8s.io" }, true],
  ["no subresource with its resource", podReader, { ...getWeb, subresource: "log" }, false],
  ["a subresource by its name", { ...podReader, resources: ["pods/log"] }, { ...getWeb, subresource: "log" }, true],
  ["no resource with its subresource", { ...podReader, resources: ["pods/log"] }, getWeb, false],
  ["a subresource of any resource", { ...podReader, resources: ["*/log"] }, { ...getWeb, subresource: "log" }, true],
  ["no other subresource", { ...podReader, resources: ["*/log"] }, { ...getWeb, subresource: "exec" }, false],
  ["no resource by a star before a slash", { ...podReader, resources: ["*/log"] }, getWeb, false],
  [
    "nothing by a star after the slash",
    { ...podReader, resources: ["pods/*"] },
    { ...getWeb, subresource: "log" },
    false,
  ],
  ["subresources by a star", { ...podReader, resources: ["*"] }, { ...getWeb, subresource: "log" }, true],
  ["a name that is listed", { ...podReader, resourceNames: ["web"] }, getWeb, true],
  ["no name that is not listed", { ...podReader, resourceNames: ["db"] }, getWeb, false],
  ["no list by names", { ...podReader, resourceNames: ["web"] }, { verb: "list", group: "", resource: "pods" }, false],
  ["no name by a star among names", { ...podReader, resourceNames: ["*"] }, getWeb, false],
  ["any name where none is listed", { ...podReader, resourceNames: [] }, getWeb, true],
  [
    "no path by a rule for resources",
    { ...podReader, resources: ["*"], apiGroups: ["*"] },
    { verb: "get", path: "/api" },
    false,
  ],
  ["a path", { verbs: ["get"], nonResourceURLs: ["/metrics"] }, { verb: "get", path: "/metrics" }, true],
  ["no path below", { verbs: ["get"], nonResourceURLs: ["/metrics"] }, { verb: "get", path: "/metrics/slis" }, false],
  [
    "a path below by a star",
    { verbs: ["get"], nonResourceURLs: ["/metrics/*"] },
    { verb: "get", path: "/metrics/slis" },
    true,
  ],
  [
    "not the path before the star's slash",
    { verbs: ["get"], nonResourceURLs: ["/metrics/*"] },
    { verb: "get", path: "/metrics" },
    false,
  ],
  ["every path by a star", { verbs: ["get"], nonResourceURLs: ["*"] }, { verb: "get", path: "/anything" }, true],
  ["no path by a star inside", { verbs: ["get"], nonResourceURLs: ["/a/*/c"] }, { verb: "get", path: "/a/b/c" }, false],
  ["no path by another method", { verbs: ["get"], nonResourceURLs: ["*"] }, { verb: "post", path: "/metrics" }, false],
  ["no resource by a rule for paths", { verbs: ["*"], nonResourceURLs: ["*"] }, getWeb, false],
];

describe("ruleAllows", () => {
  it.each(rows)("should allow %s", (_what, rule, attributes, expected) => {
    expect(ruleAllows(toPolicyRules([rule])[0]!, attributes)).toBe(expected);
  });
});

describe("groups that the API server adds", () => {
  // Source: k8s.io/apiserver 1.34, pkg/authentication/group/authenticated_group_adder.go.
  it.each([
    ["jane", ["team"], ["team", "system:authenticated"]],
    ["jane", ["system:authenticated"], ["system:authenticated"]],
    ["jane", ["system:unauthenticated"], ["system:unauthenticated"]],
    ["system:anonymous", ["system:unauthenticated"], ["system:unauthenticated"]],
  ])("should be, for %s of %j who shows credentials, %j", (username, groups, expected) => {
    expect(withAuthenticatedGroup(username, groups)).toEqual(expected);
  });

  // Source: k8s.io/apiserver 1.34, pkg/endpoints/filters/impersonation.go.
  it.each([
    ["jane", [], ["system:authenticated"]],
    ["jane", ["team"], ["team", "system:authenticated"]],
    ["jane", ["system:unauthenticated"], ["system:unauthenticated"]],
    ["system:anonymous", [], ["system:unauthenticated"]],
    ["system:anonymous", ["team"], ["team", "system:unauthenticated"]],
    ["system:serviceaccount:a:bot", [], ["system:serviceaccounts", "system:serviceaccounts:a", "system:authenticated"]],
    ["system:serviceaccount:a:bot", ["team"], ["team", "system:authenticated"]],
    ["system:serviceaccount:a", [], ["system:authenticated"]],
  ])("should be, for %s impersonated with %j, %j", (username, said, expected) => {
    expect(toImpersonatedGroups(username, said)).toEqual(expected);
  });

  it.each([
    ["system:serviceaccount:a:bot", { namespace: "a", name: "bot" }],
    ["system:serviceaccount:a:bot.x", { namespace: "a", name: "bot.x" }],
    ["system:serviceaccount:a:bot:c", undefined],
    ["system:serviceaccount::bot", undefined],
    ["system:serviceaccount:a:", undefined],
    ["system:serviceaccount:A:bot", undefined],
    ["jane", undefined],
  ])("should read the account of %s as %j", (username, expected) => {
    expect(parseServiceAccountUsername(username)).toEqual(expected);
  });
});
