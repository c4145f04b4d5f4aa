import type { AccessAttributes } from "../../kube/rbac/rule-allows.ts";
import { exactNameOf } from "../selectors/field-selector.ts";
import { isTrue } from "../verbs/list-params.ts";

/** Subresources of a namespace itself: anything else behind its name is a resource in it. */
const namespaceSubresources: ReadonlySet<string> = new Set(["status", "finalize"]);
const verbs: Readonly<Record<string, string>> = {
  POST: "create",
  GET: "get",
  HEAD: "get",
  PUT: "update",
  PATCH: "patch",
  DELETE: "delete",
};

/**
 * What a request wants, read from its method and address alone, so that it can be refused before anything is said of what exists. Follows
 * kube-apiserver 1.34, k8s.io/apiserver/pkg/endpoints/request/requestinfo.go.
 */
export function toRequestAttributes(method: string, url: URL): AccessAttributes {
  const parts = splitPath(url.pathname);
  const other = { verb: method.toLowerCase(), path: decodePart(url.pathname) };
  const isCore = parts[0] === "api";
  if (!isCore && parts[0] !== "apis") return other;
  const [group, version, ...rest] = isCore ? ["", ...parts.slice(1)] : parts.slice(1);
  if (version === undefined || rest.length === 0) return other;
  const isWatchPath = rest[0] === "watch";
  const named = isWatchPath ? rest.slice(1) : rest;
  const { namespace, parts: below } = splitNamespace(named);
  const [resource = "", name = "", subresource = ""] = below;
  const verb = isWatchPath ? "watch" : (verbs[method] ?? "");
  const attributes = { verb, group: group!, resource, subresource, name, namespace };
  if (name !== "") return attributes;
  if (verb === "delete") return { ...attributes, verb: "deletecollection" };
  if (verb !== "get") return attributes;
  const watch = isTrue(url.searchParams.get("watch") ?? undefined);
  return { ...attributes, verb: watch ? "watch" : "list", name: toSelectedName(url.searchParams.get("fieldSelector")) };
}

/** A Namespace lies in itself, as far as rights go. */
function splitNamespace(parts: readonly string[]): { readonly namespace: string; readonly parts: readonly string[] } {
  const [first, namespace, next] = parts;
  if (first !== "namespaces" || namespace === undefined) return { namespace: "", parts };
  const isBelow = next !== undefined && !namespaceSubresources.has(next);
  return { namespace, parts: isBelow ? parts.slice(2) : parts };
}

/** A list or watch of the one object a selector names needs the right to that name only. */
function toSelectedName(selector: string | null): string {
  if (selector === null || selector === "") return "";
  const name = exactNameOf(selector);
  return name === undefined || name === "." || name === ".." || /[/%]/.test(name) ? "" : name;
}

function splitPath(pathname: string): readonly string[] {
  return pathname
    .split("/")
    .filter((part) => part !== "")
    .map(decodePart);
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
