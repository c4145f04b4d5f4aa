import { toRecord, toText } from "../read-json.ts";
import { toObjectRow } from "./to-object-row.ts";
import { toMatchLabels } from "./match-labels.ts";
import type { KubeObject } from "../object.ts";
import type { RowContext } from "./to-object-row.ts";
import type { ServiceRow } from "./row.ts";

/** The row of a Service. An empty `selectorMap` selects nothing: such a Service has endpoints of somebody else's making. */
export function toServiceRow(object: KubeObject, context: RowContext): ServiceRow {
  const spec = toRecord(object.spec);
  return {
    ...toObjectRow("Service", object, context),
    namespace: object.metadata.namespace ?? "",
    type: context.interner.text(toText(spec.type) ?? "ClusterIP"),
    selectorMap: context.interner.map(toMatchLabels(spec.selector)),
  };
}
