import type { KubeObject } from "../../kube/object.ts";
import { StatusError } from "../status-error.ts";
import { patchObject } from "../verbs/patch-object.ts";
import type { PatchBody } from "../verbs/patch-object.ts";
import type { VerbResult } from "../verbs/write-options.ts";
import { isTrue } from "../verbs/list-params.ts";
import { mediaTypeOf, parseText, readText } from "./read-body.ts";
import { toObjectTarget } from "./resource-call.ts";
import type { ResourceCall } from "./resource-call.ts";
import { parseVerbOptions } from "./verb-options.ts";

const types = {
  "application/json-patch+json": "json",
  "application/merge-patch+json": "merge",
  "application/strategic-merge-patch+json": "strategic",
  "application/apply-patch+yaml": "apply",
  "application/apply-patch+json": "apply",
} as const;

/** Reads a patch. Throws 400 for a body that is none and 415 for a kind that there is not. */
export async function readPatch(request: Request, query: URLSearchParams): Promise<PatchBody> {
  const type = (types as Readonly<Record<string, PatchBody["type"]>>)[mediaTypeOf(request)];
  if (type === undefined) {
    const message = `the body of the request was in an unknown format - accepted media types include: ${Object.keys(types).join(", ")}`;
    throw new StatusError({ code: 415, reason: "UnsupportedMediaType", message });
  }
  const body = parseText(await readText(request), type === "apply" ? "yaml" : "json");
  return { type, body, force: isTrue(query.get("force") ?? undefined) };
}

/** The patch verb as HTTP asks for it. Throws StatusError. */
export async function patchFromRequest(call: ResourceCall): Promise<VerbResult<KubeObject>> {
  const patch = await readPatch(call.request, call.query);
  const options = parseVerbOptions(call);
  if (patch.type === "apply" && !call.query.get("fieldManager")) {
    throw new StatusError({
      code: 422,
      reason: "Invalid",
      message: 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch',
      details: {
        group: "meta.k8s.io",
        kind: "PatchOptions",
        causes: [
          {
            reason: "FieldValueRequired",
            message: "Required value: is required for apply patch",
            field: "fieldManager",
          },
        ],
      },
    });
  }
  return patchObject(call.context, toObjectTarget(call), patch, options);
}
