import type { ApiContext } from "../api-context.ts";
import { respond } from "../http/respond.ts";
import { toOpenApiV2, toOpenApiV3 } from "./open-api-document.ts";

/** OpenAPI as far as kubectl asks for it: v3 by group version, v2 as JSON. undefined where the path is neither. */
export async function serveOpenApi(
  { registry }: ApiContext,
  request: Request,
  path: string,
): Promise<Response | undefined> {
  if (path === "/openapi/v2") return serveV2(request, () => toOpenApiV2(registry));
  if (path === "/openapi/v3") {
    const roots = new Set(registry.list().flatMap(({ group, versions }) => versions.map(({ name }) => (group === "" ? `api/${name}` : `apis/${group}/${name}`)))); // prettier-ignore
    const paths = [...roots].map((root) => [
      root,
      { serverRelativeURL: `/openapi/v3/${root}?hash=${registry.generation}` },
    ]);
    return respond({ paths: Object.fromEntries(paths) });
  }
  const match = /^\/openapi\/v3\/(?:api|apis\/([^/]+))\/([^/]+)$/.exec(path);
  if (match === null) return undefined;
  const [, group = "", version = ""] = match;
  return registry.hasGroupVersion(group, version) ? respond(toOpenApiV3(registry, group, version)) : undefined;
}

/** Old clients ask for protobuf only and fall back to JSON when told that there is none. */
function serveV2(request: Request, make: () => unknown): Response {
  const accept = request.headers.get("accept") ?? "*/*";
  if (/application\/json|\*\/\*/.test(accept)) return respond(make());
  return new Response("", { status: 406 });
}
