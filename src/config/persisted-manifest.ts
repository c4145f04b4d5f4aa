import { isRecord } from "../kube/read-json.ts";
import { isDocumentId } from "../lib/document-id.ts";

/** Documents of a manifest by the id that clients send, and what is wrong with the rest of it. */
export interface PersistedManifest {
  readonly documents: ReadonlyMap<string, string>;
  /** "operations[3].body must be a document"; empty where all of it is sound. */
  readonly problems: readonly string[];
}

/**
 * Reads a manifest in either form that tools write: Apollo's (`{format: "apollo-persisted-query-manifest", version: 1, operations: [{id, body}]}`) or a
 * plain map of ids to documents (Relay, GraphQL Code Generator). Never throws.
 */
export function parsePersistedManifest(text: string): PersistedManifest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return { documents: new Map(), problems: [`must be JSON but got: ${(error as Error).message}`] };
  }
  if (!isRecord(value)) return { documents: new Map(), problems: ["must be a mapping of ids to documents"] };
  return "format" in value && "operations" in value ? fromApollo(value) : fromMap(value);
}

function fromApollo({ format, version, operations }: Readonly<Record<string, unknown>>): PersistedManifest {
  if (format !== apolloFormat || version !== 1 || !Array.isArray(operations)) {
    return {
      documents: new Map(),
      problems: [`must be format "${apolloFormat}", version 1, with a list of operations`],
    };
  }
  return collect(
    operations.map((operation: unknown, index) => {
      const { id, body } = isRecord(operation) ? operation : {};
      return { place: `operations[${index}]`, id, body };
    }),
  );
}

function fromMap(map: Readonly<Record<string, unknown>>): PersistedManifest {
  return collect(Object.entries(map).map(([id, body]) => ({ place: JSON.stringify(id.slice(0, 100)), id, body })));
}

const apolloFormat = "apollo-persisted-query-manifest";

function collect(
  entries: readonly { readonly place: string; readonly id: unknown; readonly body: unknown }[],
): PersistedManifest {
  const documents = new Map<string, string>();
  const problems: string[] = [];
  for (const { place, id, body } of entries) {
    if (!isDocumentId(id)) problems.push(`${place} must have an id of letters, digits, ".", "_", "~" and "-"`);
    else if (typeof body !== "string" || body.trim() === "") problems.push(`${place} must have a document as text`);
    else if (documents.has(id) && documents.get(id) !== body) problems.push(`${place} has the id of another document`);
    else documents.set(id, body);
  }
  return { documents, problems };
}
