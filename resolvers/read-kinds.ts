import { getNamedType, isEnumType, isInputObjectType, Kind, OperationTypeNode, TypeInfo, typeFromAST, visit, visitWithTypeInfo } from "graphql"; // prettier-ignore
import type { ASTVisitor, DocumentNode, GraphQLNamedType, GraphQLSchema, OperationDefinitionNode } from "graphql";
import { alwaysCached, knownResources, workloadResources } from "../src/kube/known-resources.ts";
import { isRecord } from "../src/kube/read-json.ts";
import type { ResourceId } from "../src/kube/resource-id.ts";
import type { PreparedOperation } from "../src/server/documents.ts";
import type { ReadKinds } from "../src/server/server-options.ts";

type Kinds = readonly ResourceId[];

const { pods, nodes, namespaces, services, endpointslices, deployments, statefulsets, daemonsets, replicasets, jobs, cronjobs } = knownResources; // prettier-ignore

/** What has to be read to give something of this type, besides what leads there. Of a type `XConnection` and an input `XWhere` the same as of X. */
const byType: ReadonlyMap<string, Kinds> = new Map<string, Kinds>([
  ["Pod", [pods]],
  ["ClusterNode", [nodes]],
  ["Namespace", [namespaces]],
  ["Service", [services]],
  ["ServiceEndpoint", [endpointslices, pods]],
  // Up the chain of controllers, which passes through ReplicaSets and Jobs.
  ["Workload", workloadResources],
  ["Deployment", [deployments]],
  ["StatefulSet", [statefulsets]],
  ["DaemonSet", [daemonsets]],
  ["ReplicaSet", [replicasets]],
  ["Job", [jobs]],
  ["CronJob", [cronjobs]],
  ["PodsChanged", [pods]],
  ["NodesChanged", [nodes]],
  ["WorkloadsChanged", workloadResources],
  ["HealthChanged", [nodes]],
  ["NodeLabelsChanged", [nodes]],
]);

/** What fields read besides, of types and of inputs. */
const byField: ReadonlyMap<string, Kinds> = new Map<string, Kinds>([
  ["Cluster.readStates", alwaysCached],
  // They lead to any kind; most often to one of these.
  ["OwnerReference.object", alwaysCached],
  ["ObjectReference.object", alwaysCached],
  // Pods of a workload are found by what stands between.
  ["Workload.pods", [replicasets, jobs]],
  ["WorkloadWhere.pods", [replicasets, jobs]],
  ["Deployment.pods", [replicasets]],
  ["CronJob.pods", [jobs]],
]);

/** What it takes to group by this. */
const byEnumValue: ReadonlyMap<string, Kinds> = new Map<string, Kinds>([
  ["PodGroupField.WORKLOAD", workloadResources],
  ...["CONTINENT", "COUNTRY_ISO", "STATE_ISO", "CITY"].map((name) => [`PodGroupField.${name}`, [nodes]] as const),
]);

/** An operation, but for the values of variables that matter. */
interface Look {
  readonly kinds: ReadonlySet<ResourceId>;
  /** The list for these alone. */
  readonly list: Kinds;
  readonly variables: readonly { readonly name: string; readonly type: GraphQLNamedType }[];
}

/**
 * Tells which of the kinds that are always cached an operation may read, from its document alone: never too few, sometimes more than it does. Equal sets
 * are one list. Mutations may read anything: undefined. What is found by an id or by the name of a kind is not told; whoever reads that settles it.
 */
export function createReadKinds(schema: GraphQLSchema, typePrefix: string): ReadKinds {
  const looks = new WeakMap<OperationDefinitionNode, Look>();
  const lists = new Map<string, Kinds>();
  const nameOf = (type: GraphQLNamedType | null | undefined): string =>
    type?.name.startsWith(typePrefix) === true ? type.name.slice(typePrefix.length) : (type?.name ?? "");

  const toList = (kinds: ReadonlySet<ResourceId>): Kinds => {
    const list = alwaysCached.filter((kind) => kinds.has(kind));
    const key = list.map(({ plural }) => plural).join(" ");
    const known = lists.get(key);
    if (known === undefined) lists.set(key, list);
    return known ?? list;
  };

  const look = (document: DocumentNode, operation: OperationDefinitionNode): Look => {
    const kinds = new Set<ResourceId>();
    const types = new TypeInfo(schema);
    const noting = visitWithTypeInfo(types, notingVisitor(types, nameOf, kinds));
    visit(operation, noting);
    for (const definition of document.definitions) if (definition.kind === Kind.FRAGMENT_DEFINITION) visit(definition, noting); // prettier-ignore
    const variables = (operation.variableDefinitions ?? []).flatMap((definition) => {
      const type = getNamedType(typeFromAST(schema, definition.type as never));
      const name = definition.variable.name.value;
      return isInputObjectType(type) || (isEnumType(type) && isGrouping(nameOf(type))) ? [{ name, type }] : [];
    });
    return { kinds, list: toList(kinds), variables };
  };

  const readValue = (type: GraphQLNamedType, value: unknown, kinds: Set<ResourceId>): void => {
    if (Array.isArray(value)) for (const item of value) readValue(type, item, kinds);
    else if (isEnumType(type)) note(kinds, byEnumValue.get(`${nameOf(type)}.${String(value)}`));
    else if (isInputObjectType(type) && isRecord(value)) {
      const fields = type.getFields();
      for (const [name, inner] of Object.entries(value)) {
        const field = Object.hasOwn(fields, name) ? getNamedType(fields[name]!.type) : undefined;
        if (field === undefined || inner === null) continue;
        noteInput(kinds, { owner: nameOf(type), name, type: nameOf(field) });
        readValue(field, inner, kinds);
      }
    }
  };

  return ({ document, operation, variables }: Pick<PreparedOperation, "document" | "operation" | "variables">) => {
    if (operation.operation === OperationTypeNode.MUTATION) return undefined;
    let known = looks.get(operation);
    if (known === undefined) looks.set(operation, (known = look(document, operation)));
    if (known.variables.length === 0) return known.list;
    const kinds = new Set(known.kinds);
    for (const { name, type } of known.variables) readValue(type, variables[name], kinds);
    return kinds.size === known.kinds.size ? known.list : toList(kinds);
  };
}

function notingVisitor(
  types: TypeInfo,
  nameOf: (type: GraphQLNamedType | null | undefined) => string,
  kinds: Set<ResourceId>,
): ASTVisitor {
  return {
    // Also by the type condition of a fragment, which narrows what is found by an id.
    SelectionSet: () => note(kinds, kindsOfType(nameOf(types.getParentType()))),
    Field: ({ name }) => note(kinds, byField.get(`${nameOf(types.getParentType())}.${name.value}`)),
    ObjectField: {
      enter({ name }) {
        const owner = nameOf(getNamedType(types.getParentInputType()));
        noteInput(kinds, { owner, name: name.value, type: nameOf(getNamedType(types.getInputType())) });
      },
    },
    EnumValue: ({ value }) => note(kinds, byEnumValue.get(`${nameOf(getNamedType(types.getInputType()))}.${value}`)),
  };
}

/** A condition on something related; not one on the objects themselves that is put together of others. */
function noteInput(kinds: Set<ResourceId>, field: { owner: string; name: string; type: string }): void {
  const { owner, name, type } = field;
  note(kinds, byField.get(`${owner}.${name}`));
  if (type !== owner && !owner.endsWith("ListWhere")) note(kinds, byType.get(type.replace(/(List)?Where$/, "")));
}

function kindsOfType(name: string): Kinds | undefined {
  return byType.get(name) ?? byType.get(name.replace(/Connection$/, ""));
}

function isGrouping(name: string): boolean {
  return [...byEnumValue.keys()].some((key) => key.startsWith(`${name}.`));
}

function note(kinds: Set<ResourceId>, more: Kinds | undefined): void {
  for (const kind of more ?? []) kinds.add(kind);
}
