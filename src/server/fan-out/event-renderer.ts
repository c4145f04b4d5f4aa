import { execute, Kind, visit } from "graphql";
import type { ASTNode, DocumentNode, ExecutionResult, GraphQLSchema, OperationDefinitionNode } from "graphql";
import type { Identity } from "../../kube/identity.ts";
import type { ChangeMessage } from "../../loaders/request-context.ts";
import type { PreparedOperation } from "../documents.ts";
import type { OperationRequest } from "../server-options.ts";

export interface EventRendererOptions {
  readonly schema: GraphQLSchema;
  readonly createContext: (request: OperationRequest) => object | Promise<object>;
  /** See ServerOptions. */
  readonly rightsOf?: ((context: object) => string) | undefined;
  readonly requestOf: (identity: Identity) => OperationRequest;
  readonly maxCoercionErrors: number;
  /** Stands for the cursor while an event is rendered; in no answer by chance, and the same in JSON. */
  readonly placeholder: string;
}

/** For whom an event is rendered: one of those with these rights. */
export interface RenderedFor {
  readonly rights: string;
  readonly identity: Identity;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Of those of the variables that an answer depends on. */
  readonly variablesKey: string;
}

/** Turns events of one operation into text. */
export interface EventRenderer {
  /** Names the variables that an answer depends on: those that are used below the root field. */
  readonly usedVariables: ReadonlySet<string>;
  /**
   * The result as JSON, as plain graphql-js makes it. undefined: it must be made for each receiver, since it has errors (which name the request), or is not
   * there at once (which may ask a cluster as the caller). "unknown": the rights of the receivers are not known just now. Never throws.
   */
  render(message: ChangeMessage, to: RenderedFor): string | "unknown" | undefined;
}

/** The last event rendered; other streams of the same operation are told of the same change right after. */
interface Rendered extends Pick<ChangeMessage, "type" | "reason" | "objects"> {
  readonly variablesKey: string;
  /** undefined: nothing was asked of the context, so that it is the same for everybody. */
  readonly rights: string | undefined;
  /** Cut where the cursor stands. */
  readonly parts: readonly string[];
}

export function createEventRenderer(operation: PreparedOperation, options: EventRendererOptions): EventRenderer {
  let last: Rendered | undefined;

  const known = (message: ChangeMessage, { rights, variablesKey }: RenderedFor): Rendered | undefined =>
    last !== undefined &&
    last.type === message.type &&
    last.reason === message.reason &&
    message.readStates.length === 0 &&
    message.objects.length === 1 &&
    last.objects[0] === message.objects[0] &&
    last.variablesKey === variablesKey &&
    (last.rights === undefined || last.rights === rights)
      ? last
      : undefined;

  return {
    usedVariables: variablesBelowRoot(operation.document, operation.operation),
    render(message, to) {
      const cursor = message.cursor ?? "";
      const before = known(message, to);
      if (before !== undefined) return before.parts.join(cursor);
      try {
        const rendered = renderOnce(operation, message, to, options);
        if (rendered === undefined || rendered === "unknown") return rendered;
        const { type, reason, objects } = message;
        last = { type, reason, objects, variablesKey: to.variablesKey, ...rendered };
        return rendered.parts.join(cursor);
      } catch {
        return undefined;
      }
    },
  };
}

function renderOnce(
  { document, operationName }: PreparedOperation,
  message: ChangeMessage,
  { rights, identity, variables }: RenderedFor,
  { schema, createContext, rightsOf, requestOf, maxCoercionErrors, placeholder }: EventRendererOptions,
): Pick<Rendered, "rights" | "parts"> | "unknown" | undefined {
  const unknown = new Error("the rights are not those of the receivers");
  let context: object | undefined;
  let isUnknown = false;
  // Made only where a field asks for it: what does not is the same for everybody, and most fields do not.
  const touched = (): object => {
    if (context !== undefined) return context;
    const made = createContext(requestOf(identity));
    if (made instanceof Promise) made.catch(() => {});
    isUnknown ||= made instanceof Promise || rightsOf?.(made) !== rights;
    if (isUnknown) throw unknown;
    return (context = made);
  };
  const contextValue = new Proxy({}, { get: (_target, key) => Reflect.get(touched(), key) as unknown });
  const rootValue = message.cursor === null ? message : { ...message, cursor: placeholder };
  const options = { maxCoercionErrors };
  const result = execute({ schema, document, operationName, variableValues: variables, contextValue, rootValue, options }); // prettier-ignore
  if (result instanceof Promise) {
    void (result as Promise<ExecutionResult>).catch(() => {});
    return undefined;
  }
  if (isUnknown) return "unknown";
  const { data, errors } = result as ExecutionResult;
  if (errors !== undefined) return undefined;
  const parts = JSON.stringify({ data }).split(placeholder);
  return { parts, rights: context === undefined ? undefined : rights };
}

function variablesBelowRoot(document: DocumentNode, operation: OperationDefinitionNode): ReadonlySet<string> {
  const names = new Set<string>();
  const note = (node: ASTNode): void => void visit(node, { Variable: ({ name }) => void names.add(name.value) });
  for (const selection of operation.selectionSet.selections) {
    if (selection.kind !== Kind.FIELD) note(selection);
    else
      for (const node of [...(selection.directives ?? []), selection.selectionSet]) if (node !== undefined) note(node);
  }
  for (const definition of document.definitions) if (definition.kind === Kind.FRAGMENT_DEFINITION) note(definition);
  return names;
}
