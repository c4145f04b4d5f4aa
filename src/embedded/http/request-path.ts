import type { ServedResource } from "../registry/resource-definition.ts";
import type { ResourceRegistry } from "../registry/resource-registry.ts";
import { unknownResource } from "../status-error.ts";
import { unsupported, unsupportedSubresources } from "../unsupported.ts";

/** What the path of a request names. */
export type RequestPath =
  | { readonly kind: "other"; readonly path: string }
  | {
      readonly kind: "resource";
      readonly served: ServedResource;
      readonly namespace: string;
      /** "" = the collection. */
      readonly name: string;
      readonly subresource: string;
    };

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Group, version and what follows; undefined where the path is none of a resource. */
function splitRoot(parts: readonly string[]): { group: string; version: string; rest: readonly string[] } | undefined {
  if (parts[0] === "api" && parts.length > 2) return { group: "", version: parts[1]!, rest: parts.slice(2) };
  if (parts[0] === "apis" && parts.length > 3) return { group: parts[1]!, version: parts[2]!, rest: parts.slice(3) };
  return undefined;
}

/** Subresources of a namespace itself: anything else behind its name is a resource in it. */
const namespaceSubresources: ReadonlySet<string> = new Set(["status", "finalize"]);

/** Reads a path by the rules of the real server. Throws 404 for a resource that is not served, 501 for what is not supported. */
export function parseRequestPath(registry: ResourceRegistry, pathname: string): RequestPath {
  const parts = pathname
    .split("/")
    .filter((part) => part !== "")
    .map(decodePart);
  const root = splitRoot(parts);
  if (root === undefined || !registry.hasGroupVersion(root.group, root.version))
    return { kind: "other", path: pathname };
  const { group, version } = root;
  let { rest } = root;
  let namespace = "";
  if (rest[0] === "watch") throw unsupported("the deprecated watch prefix");
  const isInNamespace =
    rest[0] === "namespaces" && rest.length > 2 && !(rest.length === 3 && namespaceSubresources.has(rest[2]!));
  if (isInNamespace) {
    namespace = rest[1]!;
    rest = rest.slice(2);
  }
  const [plural = "", name = "", subresource = "", ...beyond] = rest;
  const served = registry.find(group, version, plural);
  if (served === undefined) throw unknownResource();
  if (subresource !== "" && unsupportedSubresources.has(`${plural}/${subresource}`)) {
    throw unsupported(`${plural}/${subresource}`);
  }
  const isKnown = subresource === "" || served.definition.subresources.includes(subresource);
  const isAsked = served.definition.behaviour.answer !== undefined;
  const isScoped = served.definition.namespaced ? name === "" || namespace !== "" : namespace === "";
  if (!isKnown || !isScoped || (isAsked && name !== "") || beyond.length > 0) throw unknownResource();
  return { kind: "resource", served, namespace, name, subresource };
}
