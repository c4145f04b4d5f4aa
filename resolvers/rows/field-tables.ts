import type { Clock } from "../../src/lib/clock.ts";
import { createBodyFields } from "./body-fields.ts";
import type { FieldTables } from "./field-table.ts";
import { objectFields } from "./object-fields.ts";
import {
  apiResourceFields,
  clusterFields,
  createReadStateFields,
  resourceListFields,
  viewerFields,
} from "./value-fields.ts";

/** Every table, by the GraphQL type or interface whose fields it reads. Made for each schema: some remember. */
export function createFieldTables(clock: Clock): FieldTables {
  return {
    ...createBodyFields(),
    KubernetesObject: objectFields,
    Cluster: clusterFields,
    ApiResource: apiResourceFields,
    ClusterReadState: createReadStateFields(clock),
    ResourceList: resourceListFields,
    Viewer: viewerFields,
  };
}
