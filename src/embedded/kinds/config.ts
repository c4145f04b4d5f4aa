import type { KubeObject } from "../../kube/object.ts";
import { equalJson, isJsonObject, objectAt, valueAt } from "../json-value.ts";
import type { Draft } from "../json-value.ts";
import type { KindBehaviour } from "../registry/kind-behaviour.ts";
import type { StatusCause } from "../status-error.ts";

const keyPattern = /^[-._a-zA-Z0-9]{1,253}$/;

function keyCauses(draft: Draft, field: string): StatusCause[] {
  return Object.keys(objectAt(draft, field))
    .filter((key) => !keyPattern.test(key) || key === "." || key === "..")
    .map((key) => {
      const message = `Invalid value: ${JSON.stringify(key)}: a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')`;
      return { reason: "FieldValueInvalid", message, field: `${field}[${key}]` };
    });
}

/** What `immutable: true` seals. */
function sealedCauses(draft: Draft, old: KubeObject | undefined): StatusCause[] {
  if (old === undefined || old["immutable"] !== true) return [];
  const fields = ["immutable", "data", "binaryData"].filter((field) => !equalJson(draft[field], old[field]));
  return fields.map((field) => ({
    reason: "FieldValueForbidden",
    message: "Forbidden: field is immutable when `immutable` is set",
    field,
  }));
}

/** ConfigMap. */
export const configMapBehaviour: KindBehaviour = {
  validate: (draft, old) => [
    ...keyCauses(draft, "data"),
    ...keyCauses(draft, "binaryData"),
    ...sealedCauses(draft, old),
  ],
};

/** Secret: stringData is written into data, and is never read back. */
export const secretBehaviour: KindBehaviour = {
  selectable: { type: (object) => String(valueAt(object, "type") ?? "") },
  setDefaults(draft) {
    draft["type"] ||= "Opaque";
    const plain = draft["stringData"];
    if (!isJsonObject(plain)) return;
    const data: Record<string, unknown> = { ...objectAt(draft, "data") };
    for (const [key, value] of Object.entries(plain)) data[key] = Buffer.from(String(value)).toString("base64");
    draft["data"] = data;
    delete draft["stringData"];
  },
  validate(draft, old) {
    const causes = [...keyCauses(draft, "data"), ...sealedCauses(draft, old)];
    if (old !== undefined && old["type"] !== draft["type"]) {
      const message = `Invalid value: ${JSON.stringify(draft["type"])}: field is immutable`;
      causes.push({ reason: "FieldValueInvalid", message, field: "type" });
    }
    return causes;
  },
};

/** ServiceAccount. */
export const serviceAccountBehaviour: KindBehaviour = { returnsDeleted: true };

/** ResourceQuota: stored; it limits nothing (see unsupported.ts). */
export const resourceQuotaBehaviour: KindBehaviour = {
  returnsDeleted: true,
  prepareCreate(draft) {
    draft["status"] = {};
  },
};
