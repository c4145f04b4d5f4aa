import { createRowMaker } from "../../../src/cache/row-maker.ts";
import type { RowMaker } from "../../../src/cache/row-maker.ts";
import { prepareObject } from "../../../src/kube/prepare-object.ts";
import type { ResourceId } from "../../../src/kube/resource-id.ts";
import { toRow } from "../../../src/kube/rows/to-row.ts";
import { createFakeClock } from "../../support/fake-clock.ts";

/** When the rows of these tests were last seen. */
export const observedAtMs = 7;

export const meta = (name: string, labels = {}) => ({
  name,
  namespace: "shop",
  uid: `uid-${name}`,
  resourceVersion: "5",
  creationTimestamp: "2026-11-21T00:00:00Z",
  labels: { app: "web", ...labels },
});

export const node = {
  metadata: { ...meta("n1"), namespace: undefined },
  status: { capacity: { cpu: "4" }, addresses: [{ type: "InternalIP", address: "10.1.1.1" }] },
};

/** The product's own maker of rows, for a cluster "home". */
export function makerOf(resource: ResourceId): RowMaker {
  return createRowMaker({ cluster: "home", resource, toRow, prepare: prepareObject, clock: createFakeClock() });
}
