import { GraphQLError, getOperationAST, getVariableValues, parse, validate } from "graphql";
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from "graphql";
import { ApiError } from "../kube/api-error.ts";
import { checkDocumentLimits } from "./limits/document-limits.ts";
import { checkVariableLimits } from "./limits/input-limits.ts";
import { createLimitError } from "./limits/limit-error.ts";
import type { Limits } from "./limits/limits.ts";
import { dependsOnVariables } from "./limits/depends-on-variables.ts";
import { checkPlanLimits } from "./limits/plan-limits.ts";

/** What a client sends, whatever the transport; not yet looked at. */
export interface OperationParams {
  readonly query?: string | null;
  readonly operationName?: string | null;
  readonly variables?: Readonly<Record<string, unknown>> | null;
}

/** A document that is valid and within the limits, and which of its operations is meant. */
export interface PreparedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly operationName: string | undefined;
  /** As sent: execution coerces them. */
  readonly variables: Readonly<Record<string, unknown>>;
}

export type Prepared =
  | { readonly ok: true; readonly prepared: PreparedOperation }
  | { readonly ok: false; readonly errors: readonly Error[] };

/** Everything that is asked of a document before it is executed; refusals are values, cheapest check first. */
export interface Documents {
  /** Limits that need no schema, for who parses and validates by themselves. A syntax error is left to them. */
  checkSource(source: string): ApiError | undefined;
  /** Limits that need schema and variables, of an operation of a valid document. */
  checkOperation(operation: Omit<PreparedOperation, "operationName">): ApiError | undefined;
  /** All of it. Never throws. */
  prepare(params: OperationParams): Prepared;
  /** Somebody else has validated the document, with the rules of `prepare`: it is recalled from now on, where it is kept. */
  confirm(source: string): void;
  /** The operation that is meant, of a document that was found valid before; undefined of any other. Its variables are left to `checkOperation`. */
  recall(params: OperationParams): PreparedOperation | undefined;
}

interface CheckedDocument {
  readonly document: DocumentNode;
  isValid: boolean;
  /** Its one operation without variables, as thousands of streams may keep it. */
  bare?: PreparedOperation;
}

/** Documents kept: clients repeat a few dozen; 500 of at most 2,000 tokens are some 20 MB. */
const keptDocuments = 500;
/** Longer ones are mostly values written into the document and will not come again. */
const keptLength = 20_000;

export function createDocuments(schema: GraphQLSchema, limits: Limits): Documents {
  const kept = new Map<string, CheckedDocument>();
  /** Whether an operation is within what plans are held to, whatever its variables are. */
  const fits = new WeakMap<OperationDefinitionNode, boolean>();
  return { checkSource, checkOperation, prepare, confirm, recall };

  function check(source: string): CheckedDocument {
    const known = kept.get(source);
    if (known !== undefined) return known;
    if (source.length > limits.characters) throw createLengthError(source, limits.characters);
    const document = parse(source, { maxTokens: limits.tokens });
    const error = checkDocumentLimits(document, limits);
    if (error !== undefined) throw error;
    const checked: CheckedDocument = { document, isValid: false };
    if (source.length <= keptLength) {
      kept.set(source, checked);
      const [oldest] = kept.keys();
      if (kept.size > keptDocuments && oldest !== undefined) kept.delete(oldest);
    }
    return checked;
  }

  function checkSource(source: string): ApiError | undefined {
    try {
      check(source);
      return undefined;
    } catch (error) {
      if (error instanceof ApiError) return error;
      if (error instanceof GraphQLError) return undefined;
      throw error;
    }
  }

  function checkOperation({ document, operation, variables }: Omit<PreparedOperation, "operationName">) {
    const error = checkVariableLimits(schema, operation, variables, limits);
    if (error !== undefined) return error;
    if (fitsAlways(document, operation)) return undefined;
    const definitions = operation.variableDefinitions ?? [];
    const { coerced } = getVariableValues(schema, definitions, variables, { maxErrors: 1 });
    // Wrong variables are told by execution, which names them.
    return coerced && checkPlanLimits({ schema, document, operation, variables: coerced }, limits);
  }

  function fitsAlways(document: DocumentNode, operation: OperationDefinitionNode): boolean {
    let known = fits.get(operation);
    if (known === undefined) {
      const planned = { schema, document, operation, variables: {} };
      known = !dependsOnVariables(schema, document) && checkPlanLimits(planned, limits) === undefined;
      fits.set(operation, known);
    }
    return known;
  }

  function confirm(source: string): void {
    const checked = kept.get(source);
    if (checked !== undefined) checked.isValid = true;
  }

  function recall({ query, operationName, variables }: OperationParams): PreparedOperation | undefined {
    const checked = typeof query === "string" ? kept.get(query) : undefined;
    if (checked?.isValid !== true) return undefined;
    const { document } = checked;
    const operation = getOperationAST(document, operationName);
    if (!operation) return undefined;
    return { document, operation, operationName: operation.name?.value, variables: variables ?? {} };
  }

  function prepare({ query, operationName, variables }: OperationParams): Prepared {
    if (typeof query !== "string" || query === "") {
      return refuse(new ApiError("BAD_REQUEST", 'There is no query. Send {"query": "{ … }"}.'));
    }
    let checked: CheckedDocument;
    try {
      checked = check(query);
    } catch (error) {
      return refuse(error instanceof Error ? error : new Error(String(error)));
    }
    if (!checked.isValid) {
      const errors = validate(schema, checked.document, undefined, { maxErrors: limits.errors });
      if (errors.length > 0) return { ok: false, errors: errors.map(toValidationError) };
      checked.isValid = true;
    }
    const operation = getOperationAST(checked.document, operationName);
    if (!operation) return refuse(toResolutionError(operationName));
    const isBare = isNone(operationName) && isNone(variables);
    const prepared = (isBare ? checked.bare : undefined) ?? {
      document: checked.document,
      operation,
      operationName: operationName ?? undefined,
      variables: variables ?? {},
    };
    const error = checkOperation(prepared);
    if (error !== undefined) return refuse(error);
    if (isBare) checked.bare = prepared;
    return { ok: true, prepared };
  }
}

function isNone(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function createLengthError({ length }: string, maximum: number): ApiError {
  return createLimitError({ name: "characters", maximum, found: length, what: "The document has characters" });
}

function refuse(error: Error): Prepared {
  return { ok: false, errors: [error] };
}

function toValidationError(error: GraphQLError): GraphQLError {
  return new GraphQLError(error.message, {
    nodes: error.nodes,
    source: error.source,
    positions: error.positions,
    extensions: { code: "GRAPHQL_VALIDATION_FAILED" },
  });
}

function toResolutionError(operationName: string | null | undefined): ApiError {
  const message =
    typeof operationName !== "string"
      ? "The document has several operations, or none. Send operationName."
      : `The document has no operation ${JSON.stringify(operationName.slice(0, 100))}.`;
  return new ApiError("OPERATION_RESOLUTION_FAILURE", message);
}
