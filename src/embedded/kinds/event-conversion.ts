import type { KubeObject } from "../../kube/object.ts";
import { isJsonObject } from "../json-value.ts";
import type { Draft } from "../json-value.ts";
import type { Conversion } from "../registry/resource-definition.ts";

/** Names of one fact in the core group and in events.k8s.io. */
const renamed: readonly (readonly [core: string, events: string])[] = [
  ["involvedObject", "regarding"],
  ["message", "note"],
  ["source", "deprecatedSource"],
  ["firstTimestamp", "deprecatedFirstTimestamp"],
  ["lastTimestamp", "deprecatedLastTimestamp"],
  ["count", "deprecatedCount"],
  ["reportingComponent", "reportingController"],
];

/** Events lie in the store as core/v1; events.k8s.io/v1 shows the same ones under its own field names. */
export const eventConversion: Conversion = {
  toStored(served) {
    const stored: Draft = { ...served, apiVersion: "v1" };
    for (const [core, events] of renamed) {
      delete stored[events];
      if (served[events] !== undefined) stored[core] = served[events];
    }
    stored["involvedObject"] ??= {};
    stored["source"] ??= {};
    stored["reportingComponent"] ??= "";
    stored["reportingInstance"] ??= "";
    return stored;
  },
  toServed(stored) {
    const served: Record<string, unknown> = { ...stored, apiVersion: "events.k8s.io/v1" };
    for (const [core, events] of renamed) {
      delete served[core];
      const value = stored[core];
      const empty = value === "" || (isJsonObject(value) && Object.keys(value).length === 0);
      if (value !== undefined && !(empty && core === "reportingComponent")) served[events] = value;
    }
    return served as unknown as KubeObject;
  },
};
