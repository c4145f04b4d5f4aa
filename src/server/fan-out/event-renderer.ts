import { execute, Kind, visit } from "graphql";
import type { ASTNode, DocumentNode, ExecutionResult, GraphQLSchema, OperationDefinitionNode } from "graphql";
import type { Identity } from "../../kube/identity.ts";
import type { ChangeMessage } from "../../loaders/request-context.ts";
import type { PreparedOperation } from "../documents.ts";
import type { OperationRequest } from "../server-options.ts";
import { compileEvent } from "./compile-event.ts";
import type { WriteEvent } from "./compile-event.ts";

export interface EventRendererOptions {
  readonly schema: GraphQLSchema;
  readonly createContext: (request: OperationRequest) => object | Promise<object>;
  /** See ServerOptions. */
  readonly rightsOf?: ((context: object) => string) | undefined;
  readonly requestOf: (identity: Identity, kinds: OperationRequest["kinds"]) => OperationRequest;
  readonly maxCoercionErrors: number;
  /** Stands for the cursor while an event is rendered; in no answer by chance, and the same in JSON. */
  readonly placeholder: string;
}

/** For whom an event is rendered: one of those with these rights. */
export interface RenderedFor {
  readonly rights: string;
  readonly identity: Identity;
  /** What their operations read. */
  readonly kinds: OperationRequest["kinds"];
  readonly variables: Readonly<Record<string, unknown>>;
  /** Of those of the variables that an answer depends on. */
  readonly variablesKey: string;
}

/** Turns events of one operation into text. */
export interface EventRenderer {
  /** See printSelection. */
  readonly selection: string;
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

/** `operation`: one of all that have this `selection`. */
export function createEventRenderer(
  operation: PreparedOperation,
  options: EventRendererOptions,
  selection: string,
): EventRenderer {
  let last: Rendered | undefined;
  /** By `variablesKey`; undefined: graphql-js executes it. */
  const writers = new Map<string, WriteEvent | undefined>();

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
  const writerFor = ({ variablesKey, variables }: RenderedFor): WriteEvent | undefined => {
    if (!writers.has(variablesKey)) {
      if (writers.size >= keptWriters) writers.clear();
      writers.set(variablesKey, compileEvent(options.schema, operation, variables));
    }
    return writers.get(variablesKey);
  };

  return {
    selection,
    usedVariables: variablesBelowRoot(operation.document, operation.operation),
    render(message, to) {
      const before = known(message, to);
      if (before !== undefined) return withCursor(before.parts, message);
      try {
        const context = new GuardedContext(to, options);
        const root = new Rendering(message, options.placeholder);
        const text = write(root, context, writerFor(to)) ?? executePlainly(operation, root, context, to, options);
        if (context.isUnknown) return "unknown";
        if (text === undefined) return undefined;
        const { type, reason, objects } = message;
        const parts = text.split(options.placeholder);
        const rights = context.isAsked ? to.rights : undefined;
        last = { type, reason, objects, variablesKey: to.variablesKey, rights, parts };
        return withCursor(parts, message);
      } catch {
        return undefined;
      }
    },
  };
}

/** Compiled operations for so many values of the variables that they depend on. */
const keptWriters = 50;

/** A cursor is made only where one is selected. */
function withCursor(parts: readonly string[], message: ChangeMessage): string {
  return parts.length === 1 ? parts[0]! : parts.join(message.cursor ?? "");
}

/** What is rendered: the message with a placeholder for its cursor, which is another for each receiver. A class, as ToldChange is one. */
class Rendering implements ChangeMessage {
  readonly type: ChangeMessage["type"];
  readonly reason: ChangeMessage["reason"];
  readonly objects: ChangeMessage["objects"];
  readonly readStates: ChangeMessage["readStates"];
  readonly #message: ChangeMessage;
  readonly #placeholder: string;

  constructor(message: ChangeMessage, placeholder: string) {
    this.type = message.type;
    this.reason = message.reason;
    this.objects = message.objects;
    this.readStates = message.readStates;
    this.#message = message;
    this.#placeholder = placeholder;
  }

  get cursor(): string | null {
    return this.#message.cursor === null ? null : this.#placeholder;
  }
}

/** A context that is made only where a field asks for it: what does not is the same for everybody, and most fields do not. */
class GuardedContext {
  readonly value: object;
  /** The rights of the receivers are not known just now; what was asked for has thrown. */
  isUnknown = false;
  #made: object | undefined;

  constructor({ identity, kinds, rights }: RenderedFor, { createContext, requestOf, rightsOf }: EventRendererOptions) {
    const touched = (): object => {
      if (this.#made !== undefined) return this.#made;
      const made = createContext(requestOf(identity, kinds));
      if (made instanceof Promise) made.catch(() => {});
      this.isUnknown ||= made instanceof Promise || rightsOf?.(made) !== rights;
      if (this.isUnknown) throw new Error("the rights are not those of the receivers");
      return (this.#made = made);
    };
    this.value = new Proxy({}, { get: (_target, key) => Reflect.get(touched(), key) as unknown });
  }

  get isAsked(): boolean {
    return this.#made !== undefined;
  }
}

function write(root: ChangeMessage, context: GuardedContext, writer: WriteEvent | undefined): string | undefined {
  if (writer === undefined) return undefined;
  try {
    return writer(root, context.value);
  } catch {
    // graphql-js then says what is wrong.
    return undefined;
  }
}

/** undefined: it has errors, or is not there at once. */
function executePlainly(
  { document, operationName }: PreparedOperation,
  rootValue: ChangeMessage,
  context: GuardedContext,
  { variables: variableValues }: RenderedFor,
  { schema, maxCoercionErrors }: EventRendererOptions,
): string | undefined {
  if (context.isUnknown) return undefined;
  const options = { maxCoercionErrors };
  const result = execute({ schema, document, operationName, variableValues, contextValue: context.value, rootValue, options }); // prettier-ignore
  if (result instanceof Promise) {
    void (result as Promise<ExecutionResult>).catch(() => {});
    return undefined;
  }
  const { data, errors } = result as ExecutionResult;
  return errors === undefined ? JSON.stringify({ data }) : undefined;
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
