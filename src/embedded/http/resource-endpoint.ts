import type { KubeObject } from "../../kube/object.ts";
import { toServed } from "../registry/resource-definition.ts";
import { methodNotAllowed } from "../status-error.ts";
import { createObject } from "../verbs/create-object.ts";
import { deleteCollection } from "../verbs/delete-collection.ts";
import { deleteObject, parseDeleteOptions } from "../verbs/delete-object.ts";
import { parseListParams } from "../verbs/list-params.ts";
import { listObjects } from "../verbs/list-objects.ts";
import { readStored } from "../verbs/target.ts";
import { updateObject } from "../verbs/update-object.ts";
import { watchObjects } from "../verbs/watch-objects.ts";
import type { WatchFrame } from "../verbs/watch-objects.ts";
import { deletedStatus } from "./deleted-status.ts";
import { shapeList, shapeObject } from "./object-shape.ts";
import { patchFromRequest } from "./patch-request.ts";
import { readBody, readNewObject, readOptionalBody, readReview } from "./read-body.ts";
import { answerWrite, deprecations, isWatch, toObjectTarget, toQueryStrings, toShape, toTarget, toVerb } from "./resource-call.ts"; // prettier-ignore
import type { ResourceCall } from "./resource-call.ts";
import { respond } from "./respond.ts";
import { serveSubresource } from "./subresource-endpoint.ts";
import { parseVerbOptions } from "./verb-options.ts";
import { toShown, toWatchResponse } from "./watch-response.ts";

/** Answers a request for a resource. Throws StatusError. */
export async function serveResource(call: ResourceCall): Promise<Response> {
  const { path, request } = call;
  if (request.method === "HEAD") throw methodNotAllowed();
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

function serveList(call: ResourceCall): Response {
  const { context, path } = call;
  const shape = toShape(call);
  const result = listObjects(context, toTarget(call), parseListParams(toQueryStrings(call.query), false));
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
  const params = toQueryStrings(query);
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

async function serveCreate(call: ResourceCall): Promise<Response> {
  if (call.path.name !== "") throw methodNotAllowed();
  if (call.path.served.definition.namespaced && call.path.namespace === "") throw methodNotAllowed();
  const { kind, behaviour } = call.path.served.definition;
  const body = await (behaviour.answer === undefined
    ? readNewObject(call.request, kind)
    : readReview(call.request, kind));
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
  const params = parseListParams(toQueryStrings(query), false);
  const result = deleteCollection(context, toTarget(call), params, options);
  return respond(shapeList(context, path.served, result, toShape(call)));
}
