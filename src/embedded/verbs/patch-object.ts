import type { KubeObject } from "../../kube/object.ts";
import type { ApiContext } from "../api-context.ts";
import { applyObject } from "../apply/apply-object.ts";
import { isJsonObject, toDraft } from "../json-value.ts";
import type { JsonObject } from "../json-value.ts";
import { applyJsonPatch } from "../patch/json-patch.ts";
import { applyMergePatch } from "../patch/merge-patch.ts";
import { applyStrategicMergePatch } from "../patch/strategic-merge-patch.ts";
import { toServed } from "../registry/resource-definition.ts";
import { badRequest, methodNotAllowed, StatusError } from "../status-error.ts";
import { checkObjectNamespace } from "./create-object.ts";
import { decodeObject } from "./decode-object.ts";
import type { ObjectTarget } from "./target.ts";
import { readStored } from "./target.ts";
import { checkObjectName, storeUpdate } from "./update-object.ts";
import type { VerbOptions, VerbResult } from "./write-options.ts";

/** A patch as sent. */
export interface PatchBody {
  readonly type: "json" | "merge" | "strategic" | "apply";
  readonly body: unknown;
  /** Of an apply: takes over what others own. */
  readonly force: boolean;
}

/** A patched copy of `value`; `value` itself is not changed. Throws 400 and 422. */
export function applyPatch(target: ObjectTarget, value: JsonObject, { type, body }: PatchBody): unknown {
  if (type === "json") return applyJsonPatch(value, body);
  if (!isJsonObject(body)) throw badRequest("the patch is not an object");
  if (type === "merge") return applyMergePatch(value, body);
  return applyStrategicMergePatch(target.served.version.schema, value, body);
}

/** The patch verb, of an object or of its status. An apply creates what is missing. Throws StatusError. */
export function patchObject(
  context: ApiContext,
  target: ObjectTarget,
  patch: PatchBody,
  options: VerbOptions,
): VerbResult<KubeObject> {
  if (options.subresource === "status" && !target.served.version.hasStatus) throw methodNotAllowed();
  if (patch.type === "apply") return applyObject(context, target, patch, options);
  if (patch.type === "strategic" && target.served.definition.isCustom) {
    const message =
      "the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";
    throw new StatusError({ code: 415, reason: "UnsupportedMediaType", message });
  }
  const old = readStored(context, target);
  const current = toDraft(toServed(target.served, old));
  const patched = applyPatch(target, current, patch);
  const { draft, warnings } = decodeObject(target.served, patched, options);
  checkObjectNamespace(target, draft);
  checkObjectName(target, draft);
  const object = storeUpdate(context, target, { served: draft, old, options, tracked: false });
  return { object, created: false, warnings };
}
