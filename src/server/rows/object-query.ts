import { Kind, getNamedType } from "graphql";
import type {
  DocumentNode,
  ExecutionArgs,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLField,
  GraphQLSchema,
  OperationDefinitionNode,
} from "graphql";
import { collectFields } from "graphql/execution/collectFields.js";
import { compileAnswer } from "./compile-row.ts";
import { Doubt } from "./doubt.ts";
import { marksOf } from "./field-marks.ts";
import { RenderedData } from "./rendered-data.ts";
import { createArgumentReader } from "./read-arguments.ts";
import { createVariableReader } from "./read-variables.ts";
import type { ReadVariables, Variables } from "./read-variables.ts";
import { noInfo } from "./row-plan.ts";
import type { Write } from "./row-plan.ts";
import { readSelection } from "./selection.ts";
import { shapingVariables } from "./shaping-variables.ts";
import { quote } from "./write-leaf.ts";
import { Writing } from "./writing.ts";

/** A root field: how it is resolved, and written behind `head`. */
interface RootField {
  readonly head: string;
  readonly resolve: (context: unknown, variables: Variables) => unknown;
  readonly write: Write;
}

/** Selections of one query that are remembered: a page has a few conditions, each of them two values. */
const keptShapes = 16;
/** A longer key is mostly values that will not come again. */
const keptKey = 500;

/**
 * A query whose root fields lead to one object each (marks `one`), answered without graphql-js: what it selects is compiled once, then its fields are
 * resolved as graphql-js would, one after another, with the same arguments and context.
 */
export class ObjectQuery {
  readonly #schema: GraphQLSchema;
  readonly #document: DocumentNode;
  readonly #operation: OperationDefinitionNode;
  readonly #shaping: readonly string[];
  readonly #read: ReadVariables;
  /** By the values of the variables that shape it; null: not to be written here. */
  readonly #shapes = new Map<string, readonly RootField[] | null>();

  constructor(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode) {
    this.#schema = schema;
    this.#document = document;
    this.#operation = operation;
    this.#read = createVariableReader(schema, operation.variableDefinitions ?? []);
    this.#shaping = shapingVariables(document, operation, schema.getQueryType()?.name ?? "");
  }

  /**
   * The data of the answer; undefined where this query, with these variables, is none that can be written here. Throws or rejects where graphql-js would
   * tell of an error, or might: nothing of it is for the client.
   */
  answer({ variableValues, contextValue }: ExecutionArgs): RenderedData | Promise<RenderedData> | undefined {
    const variables = variableValues ?? {};
    const key = this.#shaping.length === 0 ? "" : this.#keyOf(variables);
    const known = this.#shapes.get(key);
    if (known === null) return undefined;
    const coerced = this.#read(variables);
    // What is wrong with them is for graphql-js to say.
    if (coerced === undefined) return undefined;
    const fields = known ?? this.#compile(key, coerced);
    return fields === null ? undefined : answerFields(fields, coerced, contextValue);
  }

  #keyOf(variables: Variables): string {
    return JSON.stringify(this.#shaping.map((name) => (Object.hasOwn(variables, name) ? [variables[name]] : [])));
  }

  #compile(key: string, variables: Variables): readonly RootField[] | null {
    if (key.length > keptKey || this.#shapes.size >= keptShapes) return null;
    let fields: readonly RootField[] | null;
    try {
      fields = this.#compileFields(variables);
    } catch {
      // Doubt, or an argument that graphql-js has to name.
      fields = null;
    }
    this.#shapes.set(key, fields);
    return fields;
  }

  #compileFields(variables: Variables): readonly RootField[] {
    const root = this.#schema.getQueryType();
    if (!root) throw new Doubt("nothing can be queried");
    const fragments = Object.create(null) as Record<string, FragmentDefinitionNode>;
    for (const definition of this.#document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
    }
    const collected = collectFields(this.#schema, fragments, variables, root, this.#operation.selectionSet);
    return Array.from(collected, ([responseKey, nodes], index): RootField => {
      const head = `${index === 0 ? "" : ","}${quote(responseKey)}:`;
      const node = nodes[0]!;
      if (node.name.value === "__typename") return { head, resolve: () => root.name, write: () => quote(root.name) };
      const field = root.getFields()[node.name.value];
      if (field === undefined || marksOf(field).one !== true) throw new Doubt(`${node.name.value} is not marked`);
      const { types } = readSelection({ schema: this.#schema, fragments, variables }, getNamedType(field.type), nodes);
      return { head, resolve: toResolve(field, node), write: compileAnswer(field.type, types) };
    });
  }
}

function toResolve(field: GraphQLField<unknown, unknown>, node: FieldNode): RootField["resolve"] {
  const { resolve } = field;
  if (resolve === undefined) throw new Doubt(`${field.name} has no resolver`);
  const read = createArgumentReader(field, node);
  return (context, variables) => resolve(undefined, read(variables), context, noInfo);
}

/** At once where all of the values are there. */
function answerFields(
  fields: readonly RootField[],
  variables: Variables,
  context: unknown,
): RenderedData | Promise<RenderedData> {
  const values: unknown[] = [];
  let isPending = false;
  try {
    for (const { resolve } of fields) {
      const value = resolve(context, variables);
      if (value instanceof Promise) isPending = true;
      values.push(value);
    }
  } catch (error) {
    // Nobody waits for those any more.
    for (const value of values) if (value instanceof Promise) value.catch(() => {});
    throw error;
  }
  return isPending ? Promise.all(values).then((all) => write(fields, all, context)) : write(fields, values, context);
}

function write(fields: readonly RootField[], values: readonly unknown[], context: unknown): RenderedData {
  const writing = new Writing(context);
  let text = "{";
  for (let i = 0; i < fields.length; i++) text += fields[i]!.head + fields[i]!.write(values[i], writing);
  return new RenderedData(`${text}}`);
}
