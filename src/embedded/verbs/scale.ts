import type { KubeObject } from "../../kube/object.ts";
import type { ApiContext } from "../api-context.ts";
import { cloneJson, ensureObject, isJsonObject, toDraft, valueAt } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";
import { applyJsonPatch } from "../patch/json-patch.ts";
import { applyMergePatch } from "../patch/merge-patch.ts";
import type { ScalePaths } from "../registry/resource-definition.ts";
import { toServed } from "../registry/resource-definition.ts";
import { badRequest, conflict, invalid, modifiedSince, unknownResource } from "../status-error.ts";
import type { PatchBody } from "./patch-object.ts";
import type { ObjectTarget } from "./target.ts";
import { readStored, toSubject } from "./target.ts";
import { storeUpdate } from "./update-object.ts";
import type { VerbOptions } from "./write-options.ts";

function pathsOf({ served }: ObjectTarget): ScalePaths {
  const { scale } = served.version;
  if (scale === undefined) throw unknownResource();
  return scale;
}

/** `a=b,c in (d,e)`: a LabelSelector as a query writes it. */
function formatSelector(selector: unknown): string {
  const labels = valueAt(selector, "matchLabels");
  const terms = isJsonObject(labels) ? Object.entries(labels).map(([key, value]) => `${key}=${String(value)}`) : [];
  const expressions = valueAt(selector, "matchExpressions");
  for (const one of Array.isArray(expressions) ? expressions.filter(isJsonObject) : []) {
    const values = Array.isArray(one["values"]) ? one["values"].join(",") : "";
    const key = String(one["key"]);
    if (one["operator"] === "In") terms.push(`${key} in (${values})`);
    else if (one["operator"] === "NotIn") terms.push(`${key} notin (${values})`);
    else terms.push(one["operator"] === "Exists" ? key : `!${key}`);
  }
  return terms.sort().join(",");
}

function toScale(target: ObjectTarget, object: KubeObject): JsonObject {
  const paths = pathsOf(target);
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const selector = target.served.definition.isCustom
    ? paths.labelSelector === undefined ? undefined : valueAt(object, ...paths.labelSelector)
    : formatSelector(valueAt(object, "spec", "selector")); // prettier-ignore
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: { replicas: Number(valueAt(object, ...paths.specReplicas) ?? 0) },
    status: {
      replicas: Number(valueAt(object, ...paths.statusReplicas) ?? 0),
      ...(typeof selector === "string" && selector !== "" ? { selector } : {}),
    },
  };
}

/** autoscaling/v1 Scale of an object. Throws 404. */
export function readScale(context: ApiContext, target: ObjectTarget): JsonObject {
  return toScale(target, toServed(target.served, readStored(context, target)));
}

/** Sets the replicas an object should have. Throws 400, 404, 409 and 422. */
export function updateScale(
  context: ApiContext,
  target: ObjectTarget,
  body: unknown,
  options: VerbOptions,
): JsonObject {
  const old = readStored(context, target);
  if (!isJsonObject(body) || body["kind"] !== "Scale")
    throw badRequest("the object provided is unrecognized (must be of type Scale)");
  const version = valueAt(body, "metadata", "resourceVersion");
  if (typeof version === "string" && version !== "" && version !== old.metadata.resourceVersion) {
    throw conflict(toSubject(target), target.name, modifiedSince);
  }
  const replicas = valueAt(body, "spec", "replicas") ?? 0;
  if (typeof replicas !== "number" || !Number.isInteger(replicas) || replicas < 0) {
    const message = `Invalid value: ${JSON.stringify(replicas)}: must be greater than or equal to 0`;
    throw invalid({ group: "autoscaling", kind: "Scale" }, target.name, [
      { reason: "FieldValueInvalid", message, field: "spec.replicas" },
    ]);
  }
  const served = toDraft(toServed(target.served, old));
  const path = pathsOf(target).specReplicas;
  let parent: JsonObject = served;
  for (const key of path.slice(0, -1)) parent = ensureObject(parent, key);
  parent[path.at(-1)!] = replicas;
  const object = storeUpdate(context, target, { served, old, options, tracked: false });
  return toScale(target, toServed(target.served, object));
}

/** A patch of the Scale rather than of the object. */
export function patchScale(
  context: ApiContext,
  target: ObjectTarget,
  { type, body }: PatchBody,
  options: VerbOptions,
): JsonObject {
  const current = readScale(context, target);
  const patched = type === "json" ? applyJsonPatch(current, body) : applyMergePatch(cloneJson(current), body);
  return updateScale(context, target, patched, options);
}
