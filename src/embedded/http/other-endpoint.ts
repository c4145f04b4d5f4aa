import type { ApiContext } from "../api-context.ts";
import { serveDiscovery } from "../discovery/serve-discovery.ts";
import { recordedApi } from "../recorded/recorded-api.ts";
import { unsupported } from "../unsupported.ts";
import { unknownResource } from "../status-error.ts";
import { respond, respondText } from "./respond.ts";

const healthPaths = /^\/(healthz|livez|readyz)(\/.*)?$/;

/** Answers what is no resource: version, health, discovery, OpenAPI. */
export async function serveOther(context: ApiContext, request: Request, url: URL): Promise<Response> {
  const path = url.pathname.replace(/(.)\/+$/, "$1");
  if (path.startsWith("/apis/admissionregistration.k8s.io")) throw unsupported("admission by webhook or policy");
  if (request.method !== "GET" && request.method !== "HEAD") throw unknownResource();
  if (path === "/version") return respond(recordedApi.version);
  if (healthPaths.test(path)) return respondText("ok");
  const discovery = await serveDiscovery(context, request, path);
  if (discovery !== undefined) return discovery;
  throw unknownResource();
}
