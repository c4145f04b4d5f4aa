import { believedUser } from "../../kube/believed-user.ts";
import type { WriteOptions } from "../../kube/client.ts";
import type { BelievedRealm, Identity } from "../../kube/identity.ts";
import type { KubeObject } from "../../kube/object.ts";
import { toImpersonatedGroups } from "../../kube/rbac/implied-groups.ts";
import type { ResourceAttributes } from "../../kube/rbac/rule-allows.ts";
import type { ResourceId } from "../../kube/resource-id.ts";
import { clusterAdmin } from "../auth/user-info.ts";
import type { UserInfo } from "../auth/user-info.ts";
import { exactNameOf } from "../selectors/field-selector.ts";

/** Who a call is made as. Throws KubeError "Forbidden" for a user the cluster does not believe. */
export function createUserReader(name: string, believes: readonly BelievedRealm[]): (identity: Identity) => UserInfo {
  return (identity) => {
    if (identity.kind !== "user") return clusterAdmin;
    const { username, groups } = believedUser({ name, believes }, identity);
    return { username, groups: toImpersonatedGroups(username, groups) };
  };
}

/** The right a call needs, as the same call over HTTP would. */
export function toAttributes(
  verb: string,
  { group, plural }: ResourceId,
  { namespace = "", name = "" }: { readonly namespace?: string; readonly name?: string },
  subresource = "",
): ResourceAttributes {
  // A Namespace lies in itself.
  const isNamespace = group === "" && plural === "namespaces";
  return { verb, group, resource: plural, subresource, name, namespace: isNamespace ? name : namespace };
}

/** A creation names no object, but where it is one of its subresource. */
export function toCreation(
  resource: ResourceId,
  { metadata }: KubeObject,
  { subresource }: WriteOptions,
): ResourceAttributes {
  const { namespace, name } = metadata;
  const at = namespace === undefined ? {} : { namespace };
  return toAttributes("create", resource, subresource === undefined ? at : { ...at, name }, subresource);
}

/** A list or watch of the one object its selector names needs the right to that name only. */
export function toSelected({
  namespace,
  fieldSelector,
}: {
  readonly namespace?: string;
  readonly fieldSelector?: string;
}): {
  readonly namespace?: string;
  readonly name?: string;
} {
  const name = fieldSelector === undefined ? undefined : exactNameOf(fieldSelector);
  return { ...(namespace === undefined ? {} : { namespace }), ...(name === undefined ? {} : { name }) };
}
