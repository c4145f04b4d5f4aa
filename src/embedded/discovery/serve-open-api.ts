import type { ApiContext } from "../api-context.ts";

export async function serveOpenApi(context: ApiContext, request: Request, path: string): Promise<Response | undefined> {
  void context;
  void request;
  void path;
  return undefined;
}
