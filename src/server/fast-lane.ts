import { OperationTypeNode } from "graphql";
import { isRecord } from "../kube/read-json.ts";
import { whenReady } from "../loaders/maybe-promise.ts";
import type { ApolloHandler, HttpOutcome } from "./apollo-handler.ts";
import type { Documents, PreparedOperation } from "./documents.ts";
import type { FormattedResult, OperationOrigin, Operations } from "./operations.ts";
import { toStatus } from "./respond.ts";
import type { RowWriter } from "./rows/row-writer.ts";

export interface FastLaneOptions {
  readonly documents: Pick<Documents, "recall" | "checkOperation">;
  readonly operations: Pick<Operations, "execute" | "report">;
  readonly rows: Pick<RowWriter, "write">;
  /** Requests answered here, and by the handler behind. */
  readonly counts?: { fast: number; slow: number };
}

/** How something was asked. */
interface Asked {
  /** Content type of the answer. */
  readonly type: string;
  readonly accept: string | undefined;
  readonly origin: OperationOrigin;
}

/** Accept headers whose answer's content type is remembered; clients send a handful. */
const keptTypes = 64;
/** A longer one comes from nobody who asks often. */
const keptLength = 200;

/**
 * Answers queries whose documents came before, byte for byte as the handler behind would: negotiation, parse and validation come to the same for the same
 * document and Accept header, so what they came to is remembered; limits of variables, execution, log, metrics and spans are the same functions. Everything
 * else goes on to that handler: GET, mutations, documents not known to be valid, parameters that are none.
 */
export function withFastLane(
  behind: ApolloHandler,
  { documents, operations, rows, counts }: FastLaneOptions,
): ApolloHandler {
  /** Content types by Accept header, as the handler behind has negotiated them. */
  const types = new Map<string, string>();
  return {
    start: () => behind.start(),
    stop: () => behind.stop(),
    handle(request, body, origin) {
      const { accept = "" } = request.headers;
      const type = request.method === "POST" && body !== undefined ? types.get(accept) : undefined;
      const recalled = type === undefined ? undefined : recall(body!);
      if (type === undefined || recalled === undefined) {
        if (counts !== undefined) counts.slow++;
        return whenReady(behind.handle(request, body, origin), (outcome) => learn(accept, outcome));
      }
      if (counts !== undefined) counts.fast++;
      return answer(recalled, { type, accept: request.headers.accept, origin });
    },
  };

  function learn(accept: string, outcome: HttpOutcome): HttpOutcome {
    const { negotiated } = outcome;
    if (negotiated !== undefined && accept.length <= keptLength && types.size < keptTypes)
      types.set(accept, negotiated);
    return outcome;
  }

  /** The operation that is meant, where it is a query of a known document and nothing about the request is unusual. */
  function recall(body: Readonly<Record<string, unknown>>): PreparedOperation | undefined {
    const { query, operationName, variables, extensions } = body;
    if (typeof query !== "string" || !(isUnset(operationName) || typeof operationName === "string")) return undefined;
    if (!(isUnset(variables) || isRecord(variables))) return undefined;
    if (!isUnset(extensions) && !(isRecord(extensions) && isUnset(extensions["persistedQuery"]))) return undefined;
    const found = documents.recall({ query, operationName, variables });
    return found?.operation.operation === OperationTypeNode.QUERY ? found : undefined;
  }

  function answer(prepared: PreparedOperation, asked: Asked): HttpOutcome | Promise<HttpOutcome> {
    const { origin } = asked;
    const refused = documents.checkOperation(prepared);
    const result =
      refused === undefined
        ? operations.execute(prepared, origin)
        : { errors: operations.report([refused], origin.requestId) };
    return whenReady(result, (ready) => toOutcome(ready, prepared, asked));
  }

  function toOutcome(result: FormattedResult, { operationName }: PreparedOperation, asked: Asked): HttpOutcome {
    const { type, accept } = asked;
    return {
      status: toStatus(result, accept),
      headers: [["content-type", type]],
      body: rows.write(result, "\n"),
      operationName,
      code: result.errors?.[0]?.extensions.code,
      negotiated: type,
    };
  }
}

function isUnset(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}
