import type { KubeObject } from "../../kube/object.ts";
import { ensureObject, isJsonObject, itemsAt, valueAt } from "../json-value.ts";
import type { Draft } from "../json-value.ts";
import type { KindBehaviour } from "../registry/kind-behaviour.ts";
import { fill } from "./pod-spec-defaults.ts";

/** Lease. */
export const leaseBehaviour: KindBehaviour = {
  setDefaults: (draft) => void ensureObject(draft, "spec"),
};

/** EndpointSlice. */
export const endpointSliceBehaviour: KindBehaviour = {
  hasGeneration: true,
  setDefaults(draft) {
    for (const port of itemsAt(draft, "ports").filter(isJsonObject)) fill(port, { name: "", protocol: "TCP" });
    for (const endpoint of itemsAt(draft, "endpoints").filter(isJsonObject)) fill(endpoint, { conditions: {} });
  },
  validate(draft, old) {
    if (old === undefined || old["addressType"] === draft["addressType"]) return [];
    const message = `Invalid value: ${JSON.stringify(draft["addressType"])}: field is immutable`;
    return [{ reason: "FieldValueInvalid", message, field: "addressType" }];
  },
};

const text = (...path: string[]) => (object: KubeObject): string => String(valueAt(object, ...path) ?? ""); // prettier-ignore

function setEventFields(draft: Draft): void {
  fill(draft, { source: {}, reportingComponent: "", reportingInstance: "" });
}

/** Event, as core/v1 stores it; events.k8s.io shows the same. */
export const eventBehaviour: KindBehaviour = {
  selectable: {
    "involvedObject.kind": text("involvedObject", "kind"),
    "involvedObject.namespace": text("involvedObject", "namespace"),
    "involvedObject.name": text("involvedObject", "name"),
    "involvedObject.uid": text("involvedObject", "uid"),
    "involvedObject.apiVersion": text("involvedObject", "apiVersion"),
    "involvedObject.resourceVersion": text("involvedObject", "resourceVersion"),
    "involvedObject.fieldPath": text("involvedObject", "fieldPath"),
    reason: text("reason"),
    reportingComponent: text("reportingComponent"),
    type: text("type"),
    source: (object) => text("source", "component")(object) || text("reportingComponent")(object),
  },
  prepareCreate: setEventFields,
  prepareUpdate: setEventFields,
  validate(draft) {
    const namespace = valueAt(draft, "involvedObject", "namespace") ?? "";
    const fits = namespace === "" ? draft.metadata.namespace === "default" : namespace === draft.metadata.namespace;
    if (fits) return [];
    const message = `Invalid value: ${JSON.stringify(namespace)}: does not match event.namespace`;
    return [{ reason: "FieldValueInvalid", message, field: "involvedObject.namespace" }];
  },
};
