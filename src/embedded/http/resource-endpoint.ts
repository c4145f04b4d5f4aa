import type { ApiContext } from "../api-context.ts";
import { toServed } from "../registry/resource-definition.ts";
import { methodNotAllowed } from "../status-error.ts";
import { createObject } from "../verbs/create-object.ts";
import { deleteCollection } from "../verbs/delete-collection.ts";
import { deleteObject, parseDeleteOptions } from "../verbs/delete-object.ts";
import { parseListParams, isTrue } from "../verbs/list-params.ts";
import { listObjects } from "../verbs/list-objects.ts";
import type { ObjectTarget, Target } from "../verbs/target.ts";
import { readStored } from "../verbs/target.ts";
import { updateObject } from "../verbs/update-object.ts";
import { watchObjects } from "../verbs/watch-objects.ts";
import type { WatchFrame } from "../verbs/watch-objects.ts";
import type { VerbResult } from "../verbs/write-options.ts";
import { deletedStatus } from "./deleted-status.ts";
import { negotiate } from "./negotiate.ts";
import { shapeList, shapeObject } from "./object-shape.ts";
import type { ShapeOptions } from "./object-shape.ts";
import { patchFromRequest } from "./patch-request.ts";
import { readBody, readOptionalBody } from "./read-body.ts";
import type { RequestPath } from "./request-path.ts";
import { respond } from "./respond.ts";
import { serveSubresource } from "./subresource-endpoint.ts";
import { toShown, toWatchResponse } from "./watch-response.ts";
import { parseVerbOptions } from "./verb-options.ts";
import type { KubeObject } from "../../kube/object.ts";

/** A request for a resource, with what its path and query say. */
export interface ResourceCall {
  readonly context: ApiContext;
  readonly request: Request;
  readonly query: URLSearchParams;
  readonly path: Extract<RequestPath, { kind: "resource" }>;
}

export function isWatch({ query }: Pick<ResourceCall, "query">): boolean {
  return isTrue(query.get("watch") ?? undefined);
}

/** The Kubernetes verb of a request, for faults and logs. */
export function toVerb(method: string, name: string, watch: boolean): string {
  switch (method) {
    case "GET":
    case "HEAD":
      if (watch) return "watch";
      return name === "" ? "list" : "get";
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return name === "" ? "deletecollection" : "delete";
    default:
      return method.toLowerCase();
  }
}

/** Answers a request for a resource. Throws StatusError. */
export async function serveResource(call: ResourceCall): Promise<Response> {
  const { path, request } = call;
  if (path.subresource !== "" && path.subresource !== "status") return serveSubresource(call);
  const verb = toVerb(request.method, path.name, isWatch(call));
  if (!path.served.definition.verbs.includes(verb)) throw methodNotAllowed();
  if (path.subresource === "status" && !["get", "update", "patch"].includes(verb)) throw methodNotAllowed();
  switch (verb) {
    case "list":
      return serveList(call);
    case "watch":
      return serveWatch(call);
    case "get":
      return serveGet(call);
    case "create":
      return serveCreate(call);
    case "update":
      return serveUpdate(call);
    case "patch":
      return answerWrite(call, await patchFromRequest(call));
    case "delete":
      return serveDelete(call);
    case "deletecollection":
      return serveDeleteCollection(call);
    default:
      throw methodNotAllowed();
  }
}

function toShape({ request, query }: ResourceCall): ShapeOptions {
  const include = query.get("includeObject");
  return {
    representation: negotiate(request.headers.get("accept"), { tables: true }),
    includeObject: include === "None" || include === "Object" ? include : "Metadata",
  };
}

export function toTarget({ path }: ResourceCall): Target {
  return { served: path.served, namespace: path.namespace };
}

export function toObjectTarget({ path }: ResourceCall): ObjectTarget {
  return { served: path.served, namespace: path.namespace, name: path.name };
}

function deprecations({ path }: ResourceCall): readonly string[] {
  const { deprecationWarning } = path.served.version;
  return deprecationWarning === undefined ? [] : [deprecationWarning];
}

function serveList(call: ResourceCall): Response {
  const { context, path } = call;
  const shape = toShape(call);
  const result = listObjects(context, toTarget(call), parseListParams(Object.fromEntries(call.query), false));
  const items = result.items.map((item) => toShown(context, path.served.definition.plural, item) as KubeObject);
  const body = shapeList(context, path.served, { ...result, items }, shape);
  if (result.continueToken !== undefined) context.faults.pageServed();
  return respond(body, { format: shape.representation.format, warnings: deprecations(call) });
}

function serveGet(call: ResourceCall): Response {
  const { context, path } = call;
  const shape = toShape(call);
  const object = toServed(path.served, readStored(context, toObjectTarget(call)));
  const shown = shapeObject(context, path.served, object, shape);
  return respond(toShown(context, path.served.definition.plural, shown), { format: shape.representation.format, warnings: deprecations(call) }); // prettier-ignore
}

function serveWatch(call: ResourceCall): Response {
  const { context, path, request, query } = call;
  const shape = toShape(call);
  const params = { ...Object.fromEntries(query) };
  // A watch of one object by its path is a watch of the collection narrowed to its name.
  if (path.name !== "")
    params["fieldSelector"] = [`metadata.name=${path.name}`, params["fieldSelector"]].filter(Boolean).join(",");
  const abort = new AbortController();
  const onAbort = (): void => abort.abort();
  request.signal.addEventListener("abort", onAbort, { once: true });
  if (request.signal.aborted) abort.abort();
  abort.signal.addEventListener("abort", () => request.signal.removeEventListener("abort", onAbort), { once: true });
  const frames = watchObjects(context, toTarget(call), parseListParams(params, true), abort.signal);
  let sentColumns = false;
  const show = (frame: WatchFrame): unknown => {
    if (shape.representation.as === "object" || frame.type === "ERROR" || frame.type === "BOOKMARK")
      return frame.object;
    const shown = shapeObject(context, path.served, frame.object, shape) as Record<string, unknown>;
    if (sentColumns && shape.representation.as === "table") shown["columnDefinitions"] = null;
    sentColumns = true;
    return shown;
  };
  return toWatchResponse(context, frames, abort, {
    resource: path.served.definition.plural,
    show,
    warnings: deprecations(call),
  });
}

export function answerWrite(call: ResourceCall, result: VerbResult<KubeObject>): Response {
  const { context, path } = call;
  const shape = toShape(call);
  const shown = shapeObject(context, path.served, toServed(path.served, result.object), shape);
  return respond(shown, {
    status: result.created ? 201 : 200,
    warnings: [...deprecations(call), ...result.warnings],
    format: shape.representation.format,
  });
}

async function serveCreate(call: ResourceCall): Promise<Response> {
  if (call.path.name !== "") throw methodNotAllowed();
  if (call.path.served.definition.namespaced && call.path.namespace === "") throw methodNotAllowed();
  const body = await readBody(call.request);
  return answerWrite(call, createObject(call.context, toTarget(call), body, parseVerbOptions(call)));
}

async function serveUpdate(call: ResourceCall): Promise<Response> {
  if (call.path.name === "") throw methodNotAllowed();
  const body = await readBody(call.request);
  return answerWrite(call, updateObject(call.context, toObjectTarget(call), body, parseVerbOptions(call)));
}

async function serveDelete(call: ResourceCall): Promise<Response> {
  const { context, path, query } = call;
  const body = await readOptionalBody(call.request);
  const { object, gone } = deleteObject(context, toObjectTarget(call), parseDeleteOptions(body, query));
  if (gone && path.served.definition.behaviour.returnsDeleted !== true) {
    return respond(deletedStatus(path.served, object));
  }
  return answerWrite(call, { object, created: false, warnings: [] });
}

async function serveDeleteCollection(call: ResourceCall): Promise<Response> {
  const { context, path, query } = call;
  const options = parseDeleteOptions(await readOptionalBody(call.request), query);
  const params = parseListParams(Object.fromEntries(query), false);
  const result = deleteCollection(context, toTarget(call), params, options);
  return respond(shapeList(context, path.served, result, toShape(call)));
}
