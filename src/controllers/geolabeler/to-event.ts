import { createHash } from "node:crypto";
import { geolabelerManager } from "./reconcile.ts";
import type { KubeObject } from "../../kube/object.ts";
import type { NodeRow } from "../../kube/rows/row.ts";
import type { GeoNote } from "./reconcile.ts";

/** Node events lie here, as the kubelet's do. */
export const eventNamespace = "default";

/**
 * The Event that tells a note about a node. Its name follows from node and note, so that two replicas, or one after a restart, that have the
 * same to say make the same object: the second is refused as ALREADY_EXISTS, and that is well.
 */
export function toGeoEvent(node: NodeRow, { type, reason, message }: GeoNote, at: Date): KubeObject {
  const hash = createHash("sha256")
    .update(JSON.stringify([node.uid, reason, message]))
    .digest("hex")
    .slice(0, 16);
  // A name has at most 253 characters, and each part of it ends with a letter or digit.
  const name = `${node.name.slice(0, 230).replace(/[-.]+$/, "")}.${hash}`;
  const time = at.toISOString();
  const second = `${time.slice(0, 19)}Z`;
  return {
    apiVersion: "v1",
    kind: "Event",
    metadata: { name, namespace: eventNamespace },
    involvedObject: { apiVersion: "v1", kind: "Node", name: node.name, uid: node.uid },
    type,
    reason,
    message,
    action: "GeoLabel",
    count: 1,
    firstTimestamp: second,
    lastTimestamp: second,
    source: { component: geolabelerManager },
    reportingComponent: geolabelerManager,
    reportingInstance: geolabelerManager,
  };
}
