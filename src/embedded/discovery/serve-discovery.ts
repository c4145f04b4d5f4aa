import type { ApiContext } from "../api-context.ts";
import { parseAccept } from "../http/negotiate.ts";
import { respond } from "../http/respond.ts";
import { toAggregatedDiscovery } from "./aggregated-discovery.ts";
import { toApiGroup, toApiGroupList, toApiResourceList, toApiVersions } from "./legacy-discovery.ts";
import { serveOpenApi } from "./serve-open-api.ts";

const aggregatedType = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

/** Whether the client takes the whole discovery in one document, before the old form. */
function wantsAggregated(request: Request): boolean {
  const first = parseAccept(request.headers.get("accept")).find(
    ({ type, parameters }) =>
      type === "application/json" &&
      (parameters["as"] === undefined || (parameters["g"] === "apidiscovery.k8s.io" && parameters["v"] === "v2")),
  );
  return first?.parameters["as"] === "APIGroupDiscoveryList";
}

/** Discovery and OpenAPI; undefined where the path is neither. */
export async function serveDiscovery(
  context: ApiContext,
  request: Request,
  path: string,
): Promise<Response | undefined> {
  const { registry } = context;
  if (path === "/api" || path === "/apis") {
    if (wantsAggregated(request)) {
      return respond(toAggregatedDiscovery(registry, path === "/api"), {
        headers: { "content-type": aggregatedType, vary: "Accept" },
      });
    }
    return respond(path === "/api" ? toApiVersions() : toApiGroupList(registry));
  }
  const parts = path.split("/").slice(1);
  if (parts[0] === "api" && parts.length === 2 && registry.hasGroupVersion("", parts[1]!)) {
    return respond(toApiResourceList(registry, "", parts[1]!));
  }
  if (parts[0] === "apis" && parts.length === 2) {
    const group = toApiGroup(registry, parts[1]!);
    return group === undefined ? undefined : respond(group);
  }
  if (parts[0] === "apis" && parts.length === 3 && registry.hasGroupVersion(parts[1]!, parts[2]!)) {
    return respond(toApiResourceList(registry, parts[1]!, parts[2]!));
  }
  return parts[0] === "openapi" ? serveOpenApi(context, request, path) : undefined;
}
