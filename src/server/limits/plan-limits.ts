import {
  GraphQLError,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  typeFromAST,
} from "graphql";
import type { DocumentNode, FieldNode, FragmentDefinitionNode, GraphQLField, GraphQLNamedType } from "graphql";
import type { GraphQLSchema, OperationDefinitionNode, SelectionNode, SelectionSetNode } from "graphql";
import type { ApiError } from "../../kube/api-error.ts";
import { createLimitError } from "./limit-error.ts";
import type { Limits } from "./limits.ts";

/** `first` where neither it nor `last` is given (DESIGN 6). */
const defaultPage = 100;

export interface PlannedOperation {
  readonly schema: GraphQLSchema;
  /** Valid for the schema. */
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Coerced, defaults filled in. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** How many objects a selection may return for one parent, what it costs, and the field that has most objects. */
interface Plan {
  readonly objects: number;
  readonly cost: number;
  readonly path: string;
  /** Of `path` alone. */
  readonly most: number;
}

const none: Plan = { objects: 0, cost: 0, path: "", most: 0 };

/** Of one row in a list, beside the connection itself. */
const rowCost = 0.05;

/**
 * Refuses an operation whose connections may return more than `limits.objects` objects together, nested ones multiplied, or that may cost more
 * than `limits.cost`, before anything is executed (DESIGN 6). Objects of to-one relations and scalars are free; a connection of which only
 * totals are selected returns none, but is a connection. What a field costs besides is its `extensions.cost`, a number.
 */
export function checkPlanLimits(
  planned: PlannedOperation,
  limits: Pick<Limits, "objects" | "cost">,
): ApiError | undefined {
  const root = planned.schema.getRootType(planned.operation.operation);
  if (!root) return undefined;
  const { objects, cost, path } = createPlanner(planned).planSet(planned.operation.selectionSet, root);
  if (objects > limits.objects) {
    const what = `The operation may return objects, most of them by ${path}`;
    return createLimitError({ name: "objects", maximum: limits.objects, found: objects, what });
  }
  if (cost <= limits.cost) return undefined;
  const what = path === "" ? "The operation may cost" : `The operation, above all ${path}, may cost`;
  return createLimitError({ name: "cost", maximum: limits.cost, found: Math.ceil(cost), what });
}

function createPlanner({ schema, document, variables }: PlannedOperation) {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const fragmentPlans = new Map<string, Plan>();
  return { planSet };

  function planSet({ selections }: SelectionSetNode, parent: GraphQLNamedType): Plan {
    let total = none;
    for (const selection of selections) {
      if (isIncluded(selection)) total = add(total, planSelection(selection, parent));
    }
    return total;
  }

  function planSelection(selection: SelectionNode, parent: GraphQLNamedType): Plan {
    if (selection.kind === Kind.FIELD) return planField(selection, parent);
    if (selection.kind === Kind.INLINE_FRAGMENT) {
      const type = selection.typeCondition ? typeFromAST(schema, selection.typeCondition) : parent;
      return type ? planSet(selection.selectionSet, type) : none;
    }
    const name = selection.name.value;
    const known = fragmentPlans.get(name);
    if (known !== undefined) return known;
    const fragment = fragments.get(name);
    const type = fragment && typeFromAST(schema, fragment.typeCondition);
    // Cycles are refused by validation; this only keeps the walk finite whatever comes.
    fragmentPlans.set(name, none);
    const plan = fragment && type ? planSet(fragment.selectionSet, type) : none;
    fragmentPlans.set(name, plan);
    return plan;
  }

  function planField(node: FieldNode, parent: GraphQLNamedType): Plan {
    const field = isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[node.name.value] : undefined;
    if (field === undefined) return none;
    const own = typeof field.extensions["cost"] === "number" ? field.extensions["cost"] : 0;
    const type = getNamedType(field.type);
    if (node.selectionSet === undefined || !isCompositeType(type)) return own === 0 ? none : { ...none, cost: own };
    const plan = planComposite(node, node.selectionSet, field, type);
    return own === 0 ? plan : { ...plan, cost: plan.cost + own };
  }

  function planComposite(
    node: FieldNode,
    selectionSet: SelectionSetNode,
    field: GraphQLField<unknown, unknown>,
    type: GraphQLNamedType,
  ): Plan {
    const inner = planSet(selectionSet, type);
    const name = node.name.value;
    const args = argumentsOf(field, node);
    // A list of ids gives as many objects, whatever the field is called; so do representations of entities.
    const named = args["ids"] ?? args["representations"];
    if (Array.isArray(named)) return multiply(name, named.length, inner);
    if (!isConnection(type)) return { ...inner, path: inner.path === "" ? "" : `${name}.${inner.path}` };
    const plan = returnsItems(selectionSet, new Set())
      ? multiply(name, pageSize(args), inner)
      : { ...inner, path: name };
    return { ...plan, cost: plan.cost + 1 };
  }

  function argumentsOf(field: GraphQLField<unknown, unknown>, node: FieldNode): Record<string, unknown> {
    try {
      return getArgumentValues(field, node, variables);
    } catch (error) {
      // A required argument is a variable that is not given: execution says so, at the field.
      if (error instanceof GraphQLError) return {};
      throw error;
    }
  }

  function isIncluded(node: SelectionNode): boolean {
    if (node.directives === undefined || node.directives.length === 0) return true;
    try {
      if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.["if"] === true) return false;
      return getDirectiveValues(GraphQLIncludeDirective, node, variables)?.["if"] !== false;
    } catch (error) {
      if (error instanceof GraphQLError) return true;
      throw error;
    }
  }

  /** Whether `nodes` or `edges` is selected anywhere in the set of a connection. */
  function returnsItems({ selections }: SelectionSetNode, seen: Set<string>): boolean {
    return selections.some((selection) => {
      if (!isIncluded(selection)) return false;
      if (selection.kind === Kind.FIELD) return selection.name.value === "nodes" || selection.name.value === "edges";
      if (selection.kind === Kind.INLINE_FRAGMENT) return returnsItems(selection.selectionSet, seen);
      const name = selection.name.value;
      if (seen.has(name)) return false;
      seen.add(name);
      const fragment = fragments.get(name);
      return fragment !== undefined && returnsItems(fragment.selectionSet, seen);
    });
  }
}

/** Whether what a field returns may be many: its plan then looks at arguments. */
export function isConnection(type: GraphQLNamedType): boolean {
  if (!isObjectType(type)) return false;
  const fields = type.getFields();
  return fields["pageInfo"] !== undefined && (fields["nodes"] !== undefined || fields["edges"] !== undefined);
}

/** Negative sizes and `first` with `last` are for the loaders to refuse, with the argument's name. */
function pageSize({ first, last }: Record<string, unknown>): number {
  const size = typeof first === "number" ? first : typeof last === "number" ? last : defaultPage;
  return Math.max(0, size);
}

/** `inner` is what one item brings along, through `nodes` or `edges`. */
function multiply(name: string, count: number, inner: Plan): Plan {
  const objects = count + count * inner.objects;
  const cost = count * (rowCost + inner.cost);
  if (count * inner.most <= count) return { objects, cost, path: name, most: count };
  return { objects, cost, path: `${name}.${inner.path}`, most: count * inner.most };
}

function add(left: Plan, right: Plan): Plan {
  const { path, most } = right.most > left.most ? right : left;
  return { objects: left.objects + right.objects, cost: left.cost + right.cost, path, most };
}
