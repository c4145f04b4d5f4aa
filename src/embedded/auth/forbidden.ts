import { isPathAttributes } from "../../kube/rbac/rule-allows.ts";
import type { AccessAttributes } from "../../kube/rbac/rule-allows.ts";
import { StatusError } from "../status-error.ts";
import type { UserInfo } from "./user-info.ts";

/**
 * The 403 of somebody who may not, worded as kube-apiserver 1.34 does (k8s.io/apiserver, pkg/endpoints/handlers/responsewriters/errors.go): it says
 * the same whether the object exists or not.
 */
export function forbiddenRequest(user: UserInfo, attributes: AccessAttributes, reason: string): StatusError {
  const why = `${escapeHtml(describe(user, attributes))}${reason === "" ? "" : `: ${reason}`}`;
  if (isPathAttributes(attributes)) {
    return new StatusError({ code: 403, reason: "Forbidden", message: `forbidden: ${why}`, details: {} });
  }
  const { group, resource, name = "" } = attributes;
  const subject = `${resource}${group === "" ? "" : `.${group}`}${name === "" ? "" : ` ${JSON.stringify(name)}`}`;
  return new StatusError({
    code: 403,
    reason: "Forbidden",
    message: `${subject} is forbidden: ${why}`,
    details: { ...(name === "" ? {} : { name }), ...(group === "" ? {} : { group }), kind: resource },
  });
}

function describe({ username }: UserInfo, attributes: AccessAttributes): string {
  const user = `User ${JSON.stringify(username)}`;
  if (isPathAttributes(attributes)) return `${user} cannot ${attributes.verb} path ${JSON.stringify(attributes.path)}`;
  const { verb, group, resource, subresource = "", namespace = "" } = attributes;
  const full = JSON.stringify(subresource === "" ? resource : `${resource}/${subresource}`);
  const place = namespace === "" ? "at the cluster scope" : `in the namespace ${JSON.stringify(namespace)}`;
  return `${user} cannot ${verb} resource ${full} in API group ${JSON.stringify(group)} ${place}`;
}

/** Old browsers take a message for a page. */
function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
