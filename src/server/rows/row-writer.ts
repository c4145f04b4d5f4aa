import { OperationTypeNode, execute as executePlainly, getNamedType, getOperationAST, isObjectType } from "graphql";
import type {
  DocumentNode,
  ExecutionArgs,
  ExecutionResult,
  FieldNode,
  GraphQLResolveInfo,
  GraphQLSchema,
  OperationDefinitionNode,
} from "graphql";
import type { ObjectRow } from "../../kube/rows/row.ts";
import type { Clock } from "../../lib/clock.ts";
import type { Connection } from "../../loaders/request-context.ts";
import { compileRows } from "./compile-row.ts";
import { Doubt } from "./doubt.ts";
import { ObjectQuery } from "./object-query.ts";
import { RenderedData } from "./rendered-data.ts";
import type { RenderedRows } from "./rendered-rows.ts";
import { rewriteDocument } from "./rewrite-document.ts";
import type { RewrittenDocument } from "./rewrite-document.ts";
import { readSelection } from "./selection.ts";
import type { SelectedTypes } from "./selection.ts";
import { createTwinSchema, leafNameOf } from "./twin-schema.ts";
import { createViews, defaultViewLimits } from "./views.ts";
import type { View, ViewLimits, Views } from "./views.ts";
import { writeList } from "./write-list.ts";
import type { ChunkCounts } from "./write-list.ts";
import { writeWithRows } from "./write-result.ts";

export type Execute = (args: ExecutionArgs) => ExecutionResult | Promise<ExecutionResult>;

/** A result as it goes out; undefined = not there. */
export interface WrittenResult {
  readonly data?: object | null | undefined;
  readonly errors?: readonly unknown[] | undefined;
  readonly extensions?: object | undefined;
}

export interface RowWriterOptions {
  readonly clock: Clock;
  readonly limits?: ViewLimits;
}

export interface RowWriter {
  /**
   * As graphql-js's `execute`, but that wide lists of a query may come as `RenderedRows`, and the data of one that asks for single objects alone as
   * `RenderedData`; JSON.stringify writes them too, only slower.
   */
  readonly execute: Execute;
  /** The JSON of a result that has `data` of this writer's `execute`, and `end`: text, or bytes in pieces where there are wide lists in it. */
  readonly write: (result: WrittenResult, end?: string) => string | readonly Buffer[];
  readonly views: Pick<Views, "bytes" | "size" | "clear">;
  /** Operations of single objects, or executed with leaves; such that were to be, and had to be executed as written in the end; and all others. */
  readonly counts: { fast: number; abandoned: number; plain: number } & ChunkCounts;
}

/** What is asked of a context value. */
interface RowContext {
  readonly signal?: AbortSignal;
}

/** What the leaves of one operation share. */
interface Running {
  readonly rewritten: RewrittenDocument;
  readonly lists: RenderedRows[];
  isAbandoned: boolean;
}

/**
 * Single objects and wide lists without graphql-js (READ-PATH.md). A query of single objects alone is written whole; any other is executed on a schema
 * where wide lists are leaves, and each is written as bytes, from chunks that all callers share. graphql-js stays the truth: whatever is not known to be written exactly alike is executed by `execute`, as it was written.
 */
export function withRowWriter(
  execute: Execute,
  schema: GraphQLSchema,
  { clock, limits = defaultViewLimits }: RowWriterOptions,
): RowWriter {
  const views = createViews(limits);
  const documents = new WeakMap<DocumentNode, { readonly rewritten: RewrittenDocument | undefined }>();
  const running = new WeakMap<object, Running>();
  /** The view of an unfiltered list by the node as written, where variables do not matter. */
  const selections = new WeakMap<FieldNode, Selection>();
  const written = new WeakMap<object, readonly RenderedRows[]>();
  const counts = { fast: 0, abandoned: 0, plain: 0, reused: 0, patched: 0, added: 0 };
  const objects = new WeakMap<OperationDefinitionNode, ObjectQuery>();
  let twin: GraphQLSchema | undefined;
  return {
    execute: executeFast,
    write(result, end = "") {
      const { data, errors, extensions } = result;
      if (data instanceof RenderedData && errors === undefined && extensions === undefined)
        return `{"data":${data.text}}${end}`;
      const lists = data ? written.get(data) : undefined;
      return lists === undefined ? JSON.stringify(result) + end : writeWithRows(result, lists, end);
    },
    views,
    counts,
  };

  function executeFast(args: ExecutionArgs): ExecutionResult | Promise<ExecutionResult> {
    const isKnown = typeof args.contextValue === "object" && args.contextValue !== null;
    const operation = isKnown ? getOperationAST(args.document, args.operationName) : undefined;
    const isQuery = operation?.operation === OperationTypeNode.QUERY;
    return (isQuery ? executeObjects(args, operation) : undefined) ?? executeLists(args, isQuery);
  }

  /** undefined where something else than single objects is asked for. */
  function executeObjects(
    args: ExecutionArgs,
    operation: OperationDefinitionNode,
  ): ExecutionResult | Promise<ExecutionResult> | undefined {
    let query = objects.get(operation);
    if (query === undefined) objects.set(operation, (query = new ObjectQuery(schema, args.document, operation)));
    const toResult = (data: RenderedData): ExecutionResult => {
      counts.fast++;
      return { data: data as object as Record<string, unknown> };
    };
    const abandon = (): ExecutionResult | Promise<ExecutionResult> => {
      counts.abandoned++;
      return execute(args);
    };
    try {
      const data = query.answer(args);
      if (data === undefined) return undefined;
      return data instanceof Promise ? data.then(toResult, abandon) : toResult(data);
    } catch {
      return abandon();
    }
  }

  function executeLists(args: ExecutionArgs, isQuery: boolean): ExecutionResult | Promise<ExecutionResult> {
    const rewritten = isQuery ? rewrite(args.document) : undefined;
    if (rewritten === undefined) {
      counts.plain++;
      return execute(args);
    }
    twin ??= createTwinSchema(schema, resolveLeaf);
    const context = args.contextValue as RowContext;
    const state: Running = { rewritten, lists: [], isAbandoned: false };
    running.set(context, state);
    const settle = (result: ExecutionResult): ExecutionResult | Promise<ExecutionResult> => {
      running.delete(context);
      // Out of time: what it says is why, and to begin anew would take longer still.
      if (state.isAbandoned && context.signal?.aborted !== true) {
        counts.abandoned++;
        return execute(args);
      }
      counts.fast++;
      if (result.data) written.set(result.data, state.lists);
      return result;
    };
    const result = executePlainly({ ...args, schema: twin, document: rewritten.document });
    return result instanceof Promise ? result.then(settle) : settle(result);
  }

  function rewrite(document: DocumentNode): RewrittenDocument | undefined {
    let known = documents.get(document);
    if (known === undefined) documents.set(document, (known = { rewritten: rewriteDocument(schema, document) }));
    return known.rewritten;
  }

  function resolveLeaf(
    source: unknown,
    _args: object,
    context: unknown,
    info: GraphQLResolveInfo,
  ): RenderedRows | Promise<RenderedRows> {
    const state = running.get(context as object);
    const abandon = (error: unknown): never => {
      if (state !== undefined) state.isAbandoned = true;
      throw error;
    };
    try {
      if (state === undefined || state.isAbandoned) throw new Doubt("the operation is executed as written");
      const { runs, filterKey } = (source as Connection<ObjectRow>).runs();
      const selection = readLeaf(state.rewritten, info);
      const view = viewOf(selection, filterKey);
      const keep = (list: RenderedRows): RenderedRows => {
        state.lists.push(list);
        return list;
      };
      const list = writeList({ view, runs, clock, context: context as RowContext, wideRows: limits.wideRows, counts });
      return list instanceof Promise ? list.then(keep, abandon) : keep(list);
    } catch (error) {
      return abandon(error);
    }
  }

  function viewOf({ key, type, types }: Selection, filterKey: string): View {
    return views.get(`${key} ${filterKey}`, () => compileRows(type, types));
  }

  function readLeaf(rewritten: RewrittenDocument, info: GraphQLResolveInfo): Selection {
    const { originals, fragments, varying } = rewritten;
    const nodes = info.fieldNodes.map((node) => originals.get(node)!);
    const [only] = nodes;
    const isSettled = nodes.length === 1 && only !== undefined && !varying.has(only);
    const known = isSettled ? selections.get(only) : undefined;
    if (known !== undefined) return known;
    const owner = schema.getType(info.parentType.name);
    const fields = isObjectType(owner) ? Object.values(owner.getFields()) : [];
    const list = fields.find(({ name }) => leafNameOf(name) === info.fieldName);
    if (list === undefined) throw new Doubt(`${info.parentType.name} has no such list`);
    const type = getNamedType(list.type) as Selection["type"];
    const { types, key } = readSelection({ schema, fragments, variables: info.variableValues }, type, nodes);
    const selection: Selection = { type, types, key: `${type.name} ${key}` };
    if (isSettled) selections.set(only, selection);
    return selection;
  }
}

/** What is selected of the items of a list. */
interface Selection {
  readonly type: Parameters<typeof compileRows>[0];
  readonly types: SelectedTypes;
  readonly key: string;
}
