/** One entry of a role's `rules`: verbs on resources of groups, or on paths. It only ever grants. */
export interface PolicyRule {
  /** "*" = every verb. */
  readonly verbs: readonly string[];
  /** "" is the core group, "*" every group. */
  readonly apiGroups: readonly string[];
  /** Plurals, with subresources as "pods/log". A star alone is everything, a star for the plural is that subresource of every resource. */
  readonly resources: readonly string[];
  /** Empty = every name, and requests that name none. */
  readonly resourceNames: readonly string[];
  /** Paths; "*" at the end stands for any rest. */
  readonly nonResourceURLs: readonly string[];
}

/**
 * The rules of a role as it came. An entry of the wrong shape is left out whole: half a rule could grant more than was meant, as one whose names
 * were dropped would grant every name. Never throws.
 */
export function toPolicyRules(rules: unknown): readonly PolicyRule[] {
  if (!Array.isArray(rules)) return [];
  return rules.flatMap((entry) => {
    const rule = toPolicyRule(entry);
    return rule === undefined ? [] : [rule];
  });
}

function toPolicyRule(entry: unknown): PolicyRule | undefined {
  if (typeof entry !== "object" || entry === null) return undefined;
  const fields = entry as Readonly<Record<string, unknown>>;
  const verbs = toStrings(fields["verbs"]);
  const apiGroups = toStrings(fields["apiGroups"]);
  const resources = toStrings(fields["resources"]);
  const resourceNames = toStrings(fields["resourceNames"]);
  const nonResourceURLs = toStrings(fields["nonResourceURLs"]);
  if (!verbs || !apiGroups || !resources || !resourceNames || !nonResourceURLs) return undefined;
  return { verbs, apiGroups, resources, resourceNames, nonResourceURLs };
}

/** A list of strings, empty where there is none; undefined where it is something else. */
function toStrings(value: unknown): readonly string[] | undefined {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) return undefined;
  return value;
}
