import { KubeError } from "./kube-error.ts";
import { isRecord } from "./read-json.ts";
import type { Body } from "./body.ts";
import type { KubeObject } from "./object.ts";

/** A body that holds its JSON as text. */
export function createJsonBody(object: KubeObject): Body {
  return createTextBody(JSON.stringify(object));
}

/** A body of JSON text as it lay on disk; `parse` throws where that is damaged. */
export function createTextBody(json: string): Body {
  return {
    parse() {
      let value: unknown;
      try {
        value = JSON.parse(json);
      } catch (cause) {
        throw new KubeError({
          reason: "MalformedResponse",
          message: "the stored bytes of the object are not JSON",
          cause,
        });
      }
      if (!isRecord(value) || !isRecord(value.metadata)) {
        throw new KubeError({
          reason: "MalformedResponse",
          message: "the stored bytes are not an object with metadata",
        });
      }
      return value as unknown as KubeObject;
    },
    get byteLength() {
      return Buffer.byteLength(json);
    },
    text: () => json,
  };
}
