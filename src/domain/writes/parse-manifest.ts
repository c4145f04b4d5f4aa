import { ApiError } from "../../kube/api-error.ts";
import type { KubeObject } from "../../kube/object.ts";
import { isRecord } from "../../kube/read-json.ts";
import { parseDocument } from "./parse-document.ts";

const argument = "input.manifest";

/**
 * The object of an apply. Throws BAD_USER_INPUT for what names no single object, and for what an apply must not hold: generateName (there would
 * be no second time), managedFields and status (written by others).
 */
export function parseManifest(manifest: unknown): KubeObject {
  const object = parseDocument(manifest, argument);
  if (!isRecord(object)) throw refuse("must be an object with apiVersion, kind and metadata");
  const { apiVersion, kind, metadata } = object;
  if (typeof apiVersion !== "string" || apiVersion === "") throw refuse('needs apiVersion, like "apps/v1"');
  if (typeof kind !== "string" || kind === "") throw refuse('needs kind, like "Deployment"');
  if (!isRecord(metadata)) throw refuse("needs metadata");
  if (metadata["generateName"] !== undefined)
    throw refuse("must not have metadata.generateName: an apply names its object");
  if (metadata["managedFields"] !== undefined)
    throw refuse("must not have metadata.managedFields: the API server keeps them");
  if (object["status"] !== undefined) throw refuse("must not have status: controllers write it");
  if (typeof metadata["name"] !== "string" || metadata["name"] === "") throw refuse("needs metadata.name");
  for (const field of ["namespace", "uid", "resourceVersion"]) {
    const value = metadata[field];
    if (value !== undefined && (typeof value !== "string" || value === ""))
      throw refuse(`must have a string as metadata.${field}, or none`);
  }
  return object as unknown as KubeObject;
}

function refuse(rule: string): ApiError {
  return new ApiError("BAD_USER_INPUT", `Argument ${argument} ${rule}.`);
}
