import type { ApiResource } from "../kube/resource-id.ts";
import { isKubeError } from "../kube/kube-error.ts";

/** Reads JSON from a path of the API server; throws KubeError. */
export type GetJson = (path: string, accept?: string) => Promise<unknown>;

/** KEP-3352: every group in one answer. Servers before 1.26 ignore the parameters and answer in the old form. */
const aggregated = ["v2", "v2beta1"]
  .map((version) => `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`)
  .concat("application/json")
  .join(",");

/**
 * All resources of a cluster: from two requests where it knows aggregated discovery, else from one for each group and version. An aggregated
 * API whose backend is away is left out; the others are found nevertheless. Sorted by group and plural.
 */
export async function discoverResources(getJson: GetJson): Promise<readonly ApiResource[]> {
  const [core, groups] = await Promise.all([getJson("/api", aggregated), getJson("/apis", aggregated)]);
  const versions =
    isAggregated(core) && isAggregated(groups)
      ? [...fromAggregated(core), ...fromAggregated(groups)]
      : await fromLegacy(getJson, core, groups);
  const found = new Map<string, ApiResource>();
  // Versions come in the order of preference: the first that has a kind wins.
  for (const resource of versions.flat()) {
    const key = `${resource.group}/${resource.kind}`;
    if (!found.has(key)) found.set(key, resource);
  }
  return [...found.values()].sort((a, b) => compare(a.group, b.group) || compare(a.plural, b.plural));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

type Fields = Readonly<Record<string, unknown>>;

function isAggregated(answer: unknown): answer is Fields {
  return isFields(answer) && answer["kind"] === "APIGroupDiscoveryList";
}

function fromAggregated(list: Fields): ApiResource[][] {
  return fieldsIn(list["items"]).map((group) => {
    const name = textOf(isFields(group["metadata"]) ? group["metadata"]["name"] : undefined);
    return fieldsIn(group["versions"]).flatMap((version) =>
      fieldsIn(version["resources"]).flatMap((resource) => {
        const kind = isFields(resource["responseKind"]) ? textOf(resource["responseKind"]["kind"]) : "";
        const plural = textOf(resource["resource"]);
        if (kind === "" || plural === "") return [];
        return [
          {
            group: name,
            version: textOf(version["version"]),
            plural,
            kind,
            namespaced: resource["scope"] === "Namespaced",
            shortNames: textsIn(resource["shortNames"]),
            verbs: textsIn(resource["verbs"]),
            subresources: fieldsIn(resource["subresources"]).map(({ subresource }) => textOf(subresource)),
          },
        ];
      }),
    );
  });
}

async function fromLegacy(getJson: GetJson, core: unknown, groups: unknown): Promise<ApiResource[][]> {
  const coreVersions = isFields(core) ? textsIn(core["versions"]) : [];
  const groupVersions = fieldsIn(isFields(groups) ? groups["groups"] : undefined).flatMap(toGroupVersions);
  const paths = [
    ...coreVersions.map((version) => ({ path: `/api/${version}`, group: "", version })),
    ...groupVersions.map(({ group, version }) => ({ path: `/apis/${group}/${version}`, group, version })),
  ];
  return Promise.all(
    paths.map(async ({ path, group, version }) => {
      try {
        return fromResourceList(await getJson(path), group, version);
      } catch (error) {
        // An APIService whose backend is away answers 503 (404 in between): its kinds are missing, the rest is not.
        if (isKubeError(error, "ServiceUnavailable", "NotFound", "Forbidden")) return [];
        throw error;
      }
    }),
  );
}

/** The preferred version first. */
function toGroupVersions(group: Fields): { readonly group: string; readonly version: string }[] {
  const preferred = isFields(group["preferredVersion"]) ? textOf(group["preferredVersion"]["version"]) : "";
  const versions = fieldsIn(group["versions"]).map(({ version }) => textOf(version));
  const ordered = [preferred, ...versions.filter((version) => version !== preferred)].filter(
    (version) => version !== "",
  );
  return ordered.map((version) => ({ group: textOf(group["name"]), version }));
}

/** In the old form a subresource is a resource named "pods/log". */
function fromResourceList(list: unknown, group: string, version: string): ApiResource[] {
  const entries = fieldsIn(isFields(list) ? list["resources"] : undefined);
  const names = entries.map(({ name }) => textOf(name));
  return entries
    .filter(({ name, kind }) => textOf(name) !== "" && !textOf(name).includes("/") && textOf(kind) !== "")
    .map((entry) => {
      const plural = textOf(entry["name"]);
      return {
        group,
        version,
        plural,
        kind: textOf(entry["kind"]),
        namespaced: entry["namespaced"] === true,
        shortNames: textsIn(entry["shortNames"]),
        verbs: textsIn(entry["verbs"]),
        subresources: names
          .filter((name) => name.startsWith(`${plural}/`))
          .map((name) => name.slice(plural.length + 1)),
      };
    });
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function fieldsIn(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.filter(isFields) : [];
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}
