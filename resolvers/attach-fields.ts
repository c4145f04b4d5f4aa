import { isAbstractType, isObjectType } from "graphql";
import type { GraphQLField, GraphQLFieldResolver, GraphQLObjectType, GraphQLSchema } from "graphql";
import { invariant } from "../src/lib/invariant.ts";
import type { RequestContext } from "../src/loaders/request-context.ts";
import type { FieldTables } from "./rows/field-table.ts";

type Resolve = GraphQLFieldResolver<unknown, RequestContext>;
type Method = (...args: readonly unknown[]) => unknown;
type Field = GraphQLField<unknown, RequestContext>;

export interface Attached {
  /** Fields that are read from rows and other values. */
  readonly tables: FieldTables;
  /** Instances of resolver classes with field resolvers, by the name of the type or interface. */
  readonly resolvers: ReadonlyMap<string, object>;
  /** What Query, Mutation and Subscription are; type-graphql has no place for it. */
  readonly descriptions: Readonly<Record<string, string>>;
  /** Instances of resolver classes with queries, mutations and subscriptions. */
  readonly roots: readonly object[];
}

/**
 * Gives every field of a schema built by type-graphql a plain function, and every abstract type a synchronous `resolveType`.
 *
 * type-graphql's own functions turn each field with an argument into a promise and each input into class instances. These call the same
 * methods with the plain trees of graphql-js instead, so that a method gets, in this order: the source (not at the root), the context,
 * and the arguments (of a mutation: its input). That order is why every method declares @Root, @Ctx, @Args one after another.
 */
export function attachFields(schema: GraphQLSchema, attached: Attached): void {
  checkNames(schema, attached);
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const type of Object.values(schema.getTypeMap())) {
    if (isAbstractType(type)) type.resolveType = typeNameOf;
    if (!isObjectType(type) || type.name.startsWith("__")) continue;
    const isRoot = roots.includes(type);
    if (isRoot) type.description = attached.descriptions[type.name];
    for (const field of Object.values(type.getFields())) {
      if (isRoot) attachRoot(schema, type, field, attached.roots);
      else field.resolve = toFieldResolve(type, field.name, attached);
    }
  }
}

function typeNameOf(value: unknown): string | undefined {
  return (value as { readonly __typename?: string }).__typename;
}

/** undefined = read as a property, or called where it is a function, by graphql-js itself. */
function toFieldResolve(type: GraphQLObjectType, field: string, { tables, resolvers }: Attached): Resolve | undefined {
  // What the type itself says comes before what its interfaces say, the narrower before the wider.
  for (const name of [type.name, "Workload", "KubernetesObject"]) {
    if (name !== type.name && !type.getInterfaces().some((each) => each.name === name)) continue;
    const read = tables[name]?.[field] as ((source: unknown, context: RequestContext) => unknown) | undefined;
    if (read !== undefined) return (source, _args, context) => read(source, context);
    const call = methodOf(resolvers.get(name), field);
    if (call !== undefined) return (source, args, context) => call(source, context, args);
  }
  return undefined;
}

function attachRoot(schema: GraphQLSchema, type: GraphQLObjectType, field: Field, roots: readonly object[]): void {
  const call = roots.map((root) => methodOf(root, field.name)).find((method) => method !== undefined);
  invariant(call !== undefined, `no resolver has a method ${type.name}.${field.name}`);
  if (type === schema.getSubscriptionType()) field.resolve = (message) => call(message);
  else if (type === schema.getMutationType()) field.resolve = (_source, args, context) => call(context, args["input"]);
  else field.resolve = (_source, args, context) => call(context, args);
}

function methodOf(instance: object | undefined, name: string): Method | undefined {
  if (instance === undefined || !Object.hasOwn(Object.getPrototypeOf(instance) as object, name)) return undefined;
  const method = (instance as Readonly<Record<string, Method>>)[name];
  return method?.bind(instance);
}

/** A table or a resolver that names a type or a field that is not there is a slip of the pen that would go unnoticed. */
function checkNames(schema: GraphQLSchema, { tables, resolvers }: Attached): void {
  for (const [name, table] of [...Object.entries(tables), ...resolvers]) {
    const type = schema.getType(name);
    invariant(type !== undefined && "getFields" in type, `there is no type ${name} to attach fields to`);
    const names =
      resolvers.get(name) === table ? Object.getOwnPropertyNames(Object.getPrototypeOf(table)) : Object.keys(table);
    for (const field of names) {
      invariant(field === "constructor" || field in type.getFields(), `there is no field ${name}.${field} to attach`);
    }
  }
}
