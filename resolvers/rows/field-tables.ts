import { createBodyFields } from "./body-fields.ts";
import type { FieldTables } from "./field-table.ts";
import { objectFields } from "./object-fields.ts";
import { apiResourceFields, clusterFields, readStateFields, resourceListFields, viewerFields } from "./value-fields.ts";

/** Every table, by the GraphQL type or interface whose fields it reads. Made for each schema: some remember. */
export function createFieldTables(): FieldTables {
  return {
    ...createBodyFields(),
    KubernetesObject: objectFields,
    Cluster: clusterFields,
    ApiResource: apiResourceFields,
    ClusterReadState: readStateFields,
    ResourceList: resourceListFields,
    Viewer: viewerFields,
  };
}
