import jsonPatch from "fast-json-patch";
import type { Operation } from "fast-json-patch";
import { cloneJson, isJsonObject } from "../json-value.ts";
import { badRequest, StatusError } from "../status-error.ts";

/** Of one patch, as the real server's limit. */
const maximumOperations = 10_000;

/** RFC 6902 on a copy. Throws 400 for what is no patch, 422 where it does not fit the object (a failed `test` among others). */
export function applyJsonPatch(value: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations) || !operations.every(isJsonObject)) {
    throw badRequest("error decoding patch: a JSON patch is a list of operations");
  }
  if (operations.length > maximumOperations) {
    const message = `The allowed maximum operations in a JSON patch is ${maximumOperations}, got ${operations.length}`;
    throw new StatusError({ code: 413, reason: "RequestEntityTooLarge", message });
  }
  try {
    return jsonPatch.applyPatch(cloneJson(value), operations as unknown as Operation[], true, true, true).newDocument;
  } catch (error) {
    const name = (error as { name?: string }).name ?? "";
    const why = error instanceof Error ? error.message.split("\n")[0]! : "does not apply";
    throw new StatusError({
      code: 422,
      reason: "Invalid",
      message: `the server rejected our request due to an error in our request: ${name === "" ? "" : `${name}: `}${why}`,
      details: {},
    });
  }
}
