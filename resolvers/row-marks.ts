import { getNamedType, isInterfaceType, isListType, isNamedType, isNonNullType, isObjectType } from "graphql";
import type { GraphQLField, GraphQLNamedType, GraphQLObjectType, GraphQLSchema } from "graphql";
import type { PodRow } from "../src/kube/rows/row.ts";
import type { FieldMarks } from "../src/server/rows/field-marks.ts";
import type { FieldTables } from "./rows/field-table.ts";

type Relations = Readonly<Record<string, (row: never) => string | null>>;

/** A relation to something of the row's own cluster: the same for all its rows. */
const ofCluster = (): string => "";

/** What leads from a row to one other object in the snapshot, by type or interface, with the key of where it leads. */
const relations: Readonly<Record<string, Relations>> = {
  KubernetesObject: { cluster: ofCluster, home: ofCluster, servedBy: ofCluster },
  Pod: {
    node: (pod: PodRow) => pod.nodeName,
    // The chain of controllers goes on from the first one, in the pod's namespace.
    workload: ({ namespace, ownerRefs }: PodRow) => {
      const owner = ownerRefs[0];
      return owner?.controller === true
        ? `${namespace} ${owner.apiVersion} ${owner.kind} ${owner.name} ${owner.uid}`
        : null;
    },
  },
};

/** Tables whose fields depend on the clock or on who asks. */
const impureTables: ReadonlySet<string> = new Set(["ClusterReadState", "Viewer"]);

/** Fields of resolver classes that depend on nothing but the row and their arguments. */
const pureMethods: Readonly<Record<string, readonly string[]>> = { KubernetesObject: ["label"] };

/** Subscriptions whose answer is what their stream yields. */
const events: ReadonlySet<string> = new Set(["podsChanged", "nodesChanged", "workloadsChanged", "resourcesChanged"]);

/** Says in `extensions` what the row writer of the server may write by itself: see FieldMarks. */
export function markRowFields(schema: GraphQLSchema, tables: FieldTables): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith("__")) continue;
    const names = [type.name, "Workload", "KubernetesObject"].filter(
      (name) => name === type.name || type.getInterfaces().some((each) => each.name === name),
    );
    for (const field of Object.values(type.getFields())) {
      const marks = rootMarksOf(schema, type, field) ?? marksOf(field, names, tables);
      if (marks !== undefined) field.extensions = { ...field.extensions, ...marks };
    }
  }
}

function rootMarksOf(
  schema: GraphQLSchema,
  type: GraphQLObjectType,
  field: GraphQLField<unknown, unknown>,
): FieldMarks | undefined {
  if (type === schema.getSubscriptionType() && events.has(field.name)) return { event: true };
  // Root resolvers are given no more than context and arguments: see attachFields.
  return type === schema.getQueryType() && isOneNode(field) ? { one: true } : undefined;
}

function marksOf(
  field: GraphQLField<unknown, unknown>,
  names: readonly string[],
  tables: FieldTables,
): FieldMarks | undefined {
  if (names[0]?.endsWith("Connection") === true && field.name === "nodes" && isListOfObjects(field))
    return { wide: true };
  for (const name of names) {
    const relation = relations[name]?.[field.name];
    if (relation !== undefined) return { relation };
    if (tables[name]?.[field.name] !== undefined) return impureTables.has(name) ? undefined : { pure: true };
    if (pureMethods[name]?.includes(field.name) === true) return { pure: true };
  }
  return undefined;
}

/** [Item!]! of KubernetesObjects: what a bad row makes null is the whole answer's business then, not the row's. */
function isListOfObjects({ type }: GraphQLField<unknown, unknown>): boolean {
  if (!isNonNullType(type) || !isListType(type.ofType) || !isNonNullType(type.ofType.ofType)) return false;
  return is(getNamedType(type), "KubernetesObject");
}

function isOneNode({ type }: GraphQLField<unknown, unknown>): boolean {
  return isNamedType(type) && is(type, "Node");
}

/** Whether it is the interface, or implements it. */
function is(type: GraphQLNamedType, name: string): boolean {
  if (type.name === name) return true;
  return (isObjectType(type) || isInterfaceType(type)) && type.getInterfaces().some((each) => each.name === name);
}
