import { badRequest, invalid, StatusError } from "../status-error.ts";

/** The query of a list or a watch, checked by the rules of metav1.ListOptions. */
export interface ListParams {
  readonly labelSelector: string | undefined;
  readonly fieldSelector: string | undefined;
  readonly limit: number | undefined;
  readonly continueToken: string | undefined;
  /** undefined = unset; 0 = any. */
  readonly resourceVersion: number | undefined;
  readonly match: "Exact" | "NotOlderThan" | undefined;
  readonly timeoutSeconds: number | undefined;
  readonly allowWatchBookmarks: boolean;
  readonly sendInitialEvents: boolean | undefined;
}

/** What a caller says, in or out of process: strings as in a query. */
export type ListQueryStrings = Readonly<Record<string, string | undefined>>;

function parseNumber(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  if (!/^-?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  return Number(text);
}

export function isTrue(text: string | undefined): boolean {
  return text !== undefined && text !== "" && text !== "0" && text.toLowerCase() !== "false";
}

function parseRevision(text: string | undefined, watch: boolean): number | undefined {
  if (text === undefined || text === "") return undefined;
  if (/^\d+$/.test(text)) return Number(text);
  const why = `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`;
  // The real server forgets to say what kind of error this is when it watches.
  if (watch) throw new StatusError({ code: 500, message: why });
  throw badRequest(`invalid resource version: ${why}`);
}

function refuse(field: string, why: string): never {
  throw invalid({ group: "meta.k8s.io", kind: "ListOptions" }, "", [
    { reason: "FieldValueForbidden", message: `Forbidden: ${why}`, field },
  ]);
}

function checkMatch(query: ListQueryStrings, watch: boolean): ListParams["match"] {
  const match = query["resourceVersionMatch"] || undefined;
  const initial = query["sendInitialEvents"];
  if (watch) {
    if (match !== undefined && initial === undefined) {
      refuse(
        "resourceVersionMatch",
        "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided",
      );
    }
    if (initial !== undefined && match !== "NotOlderThan") {
      refuse("resourceVersionMatch", "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan");
    }
    if (isTrue(initial) && !isTrue(query["allowWatchBookmarks"])) {
      refuse("allowWatchBookmarks", "sendInitialEvents requires setting allowWatchBookmarks to true");
    }
    return undefined;
  }
  if (initial !== undefined) refuse("sendInitialEvents", "sendInitialEvents is forbidden for list");
  if (match === undefined) return undefined;
  if (query["continue"]) refuse("resourceVersionMatch", "resourceVersionMatch is forbidden when continue is provided");
  if (!query["resourceVersion"]) {
    refuse("resourceVersionMatch", "resourceVersionMatch is forbidden unless resourceVersion is provided");
  }
  if (match !== "Exact" && match !== "NotOlderThan") {
    const message = `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan", ""`;
    throw invalid({ group: "meta.k8s.io", kind: "ListOptions" }, "", [
      { reason: "FieldValueNotSupported", message, field: "resourceVersionMatch" },
    ]);
  }
  if (match === "Exact" && query["resourceVersion"] === "0") {
    refuse("resourceVersionMatch", 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  }
  return match;
}

/** Throws 400 or 422 in the server's words. */
export function parseListParams(query: ListQueryStrings, watch: boolean): ListParams {
  const limit = parseNumber(query["limit"]);
  const initial = query["sendInitialEvents"];
  const match = checkMatch(query, watch);
  const continueToken = query["continue"] || undefined;
  if (continueToken !== undefined && query["resourceVersion"] && query["resourceVersion"] !== "0") {
    throw badRequest("specifying resource version is not allowed when using continue");
  }
  return {
    labelSelector: query["labelSelector"],
    fieldSelector: query["fieldSelector"],
    limit: limit === undefined || limit <= 0 ? undefined : limit,
    continueToken,
    resourceVersion: parseRevision(query["resourceVersion"], watch),
    match,
    timeoutSeconds: parseNumber(query["timeoutSeconds"]),
    allowWatchBookmarks: isTrue(query["allowWatchBookmarks"]),
    sendInitialEvents: initial === undefined ? undefined : isTrue(initial),
  };
}
