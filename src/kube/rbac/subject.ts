/** Whom a binding gives its role to. */
export type Subject =
  | { readonly kind: "User" | "Group"; readonly name: string }
  | { readonly kind: "ServiceAccount"; readonly name: string; readonly namespace: string };

/**
 * The subjects of a binding as it came; those of the wrong shape, of an unknown kind or without a name are left out. A ServiceAccount without a
 * namespace is of the binding's; in a ClusterRoleBinding ("") it is nobody. Never throws.
 */
export function toSubjects(subjects: unknown, bindingNamespace: string): readonly Subject[] {
  if (!Array.isArray(subjects)) return [];
  return subjects.flatMap((entry) => {
    const subject = toSubject(entry, bindingNamespace);
    return subject === undefined ? [] : [subject];
  });
}

function toSubject(entry: unknown, bindingNamespace: string): Subject | undefined {
  if (typeof entry !== "object" || entry === null) return undefined;
  const { kind, name, namespace } = entry as Readonly<Record<string, unknown>>;
  if (typeof name !== "string" || name === "") return undefined;
  if (kind === "User" || kind === "Group") return { kind, name };
  if (kind !== "ServiceAccount") return undefined;
  const own = namespace === undefined || namespace === null || namespace === "" ? bindingNamespace : namespace;
  return typeof own === "string" && own !== "" ? { kind, name, namespace: own } : undefined;
}

const serviceAccountPrefix = "system:serviceaccount:";

/** The user name a ServiceAccount acts under. */
export function toServiceAccountUsername(namespace: string, name: string): string {
  return `${serviceAccountPrefix}${namespace}:${name}`;
}

const namespaceName = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;
const accountName = /^(?=.{1,253}$)[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/**
 * The ServiceAccount that acts under this user name; undefined where it is somebody else, as for a name that none could have (SplitUsername of
 * k8s.io/apiserver, pkg/authentication/serviceaccount).
 */
export function parseServiceAccountUsername(
  username: string,
): { readonly namespace: string; readonly name: string } | undefined {
  if (!username.startsWith(serviceAccountPrefix)) return undefined;
  const parts = username.slice(serviceAccountPrefix.length).split(":");
  const [namespace = "", name = ""] = parts;
  return parts.length === 2 && namespaceName.test(namespace) && accountName.test(name)
    ? { namespace, name }
    : undefined;
}
