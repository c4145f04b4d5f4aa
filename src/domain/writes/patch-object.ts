import { ApiError } from "../../kube/api-error.ts";
import type { Patch, Written } from "../../kube/client.ts";
import { isRecord, toRecord } from "../../kube/read-json.ts";
import { parseDocument } from "./parse-document.ts";
import { toPreconditionMeta, withPreconditions } from "./preconditions.ts";
import { toObjectName, toWriteOptions } from "./write-target.ts";
import type { Feature, Preconditions, WriteCall, WriteTarget } from "./write-target.ts";

export interface PatchInput {
  /** RFC 6902 or RFC 7386. */
  readonly type: "JSON" | "MERGE";
  /** The patch, or a string that holds it as JSON or YAML. */
  readonly patch: unknown;
}

/** Throws BAD_USER_INPUT where the patch has not the form of its type. */
export function patchObject(target: WriteTarget, input: PatchInput, call: WriteCall): Promise<Written> {
  const patch = parseDocument(input.patch, "input.patch");
  if (input.type === "MERGE") {
    if (!isRecord(patch))
      throw new ApiError("BAD_USER_INPUT", "Argument input.patch must be a partial object for type MERGE.");
    return mergeObject(target, patch, call, "patch");
  }
  if (!Array.isArray(patch) || !patch.every(isRecord)) {
    throw new ApiError("BAD_USER_INPUT", "Argument input.patch must be a list of operations for type JSON (RFC 6902).");
  }
  const operations = [...toTests(call.preconditions), ...(patch as readonly unknown[])];
  return send(target, { type: "json", operations }, call, "patch");
}

/** A merge patch of our own making, with its preconditions inside. */
export function mergeObject(
  target: WriteTarget,
  body: Readonly<Record<string, unknown>>,
  call: WriteCall,
  feature: Feature,
): Promise<Written> {
  const conditions = toPreconditionMeta(call.preconditions);
  const withConditions =
    Object.keys(conditions).length === 0
      ? body
      : { ...body, metadata: { ...toRecord(body["metadata"]), ...conditions } };
  return send(target, { type: "merge", body: withConditions }, call, feature);
}

function send(target: WriteTarget, patch: Patch, call: WriteCall, feature: Feature): Promise<Written> {
  return withPreconditions(target, call, () =>
    target.client.patch(target.resource, toObjectName(target), patch, toWriteOptions(call, feature)),
  );
}

function toTests(preconditions: Preconditions): readonly unknown[] {
  return Object.entries(toPreconditionMeta(preconditions)).map(([field, value]) => ({
    op: "test",
    path: `/metadata/${field}`,
    value,
  }));
}
