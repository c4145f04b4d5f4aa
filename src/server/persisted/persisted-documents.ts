import { createHash } from "node:crypto";
import { isRecord } from "../../kube/read-json.ts";
import { ApiError } from "../../kube/api-error.ts";
import { isDocumentId } from "../../lib/document-id.ts";
import { createDocumentMemory } from "./document-memory.ts";

/** Parameters of a GraphQL request as a client sends them; in a GET `extensions` is JSON text. */
export type RequestParams = Readonly<Record<string, unknown>>;

/** Requests that name their document instead of spelling it out. */
export interface PersistedDocuments {
  /**
   * The request with its document in `query`; the same object where it named none. Throws an ApiError: PERSISTED_QUERY_NOT_FOUND,
   * OPERATION_NOT_PERSISTED where only persisted documents are taken, BAD_REQUEST.
   */
  resolve<Params extends RequestParams>(params: Params): Params;
}

export interface PersistedDocumentsOptions {
  /** Documents by id, as they are now: asked for with each request. */
  readonly manifest: () => ReadonlyMap<string, string>;
  /** Whether anything else is refused. */
  readonly enforce: boolean;
  /** Whether clients may have documents remembered by hash (APQ); never while `enforce` is set. */
  readonly automatic: boolean;
}

/**
 * Two ways to name a document, on every door: `documentId` of GraphQL over HTTP (draft, appendix A), and `extensions.persistedQuery` of Apollo's
 * clients. What comes of it goes through the same checks and limits as a document that was sent. A hash names one text only, so that no
 * client can put a document into another's place.
 */
export function createPersistedDocuments(options: PersistedDocumentsOptions): PersistedDocuments {
  const { manifest, enforce } = options;
  const memory = createDocumentMemory();
  const isAutomatic = options.automatic && !enforce;
  let hashed = hashManifest(manifest());

  return {
    resolve(params) {
      const { documentId, query } = params;
      const extensions = toExtensions(params["extensions"]);
      const hash = toHash(extensions?.["persistedQuery"]);
      const id = toId(documentId, hash);
      const text = typeof query === "string" && query !== "" ? query : undefined;
      if (id === undefined) {
        if (enforce && text !== undefined && !knows(text)) throw createNotPersistedError();
        return params;
      }
      const document = text === undefined ? find(id, hash !== undefined) : confirm(id, text);
      // Nothing behind this has to know of it; Apollo Server would look for the hash again.
      const { documentId: _, extensions: _sent, ...rest } = params;
      const { persistedQuery: _hash, ...others } = extensions ?? {};
      const more = Object.keys(others).length === 0 ? {} : { extensions: others };
      return { ...rest, ...more, query: document } as unknown as typeof params;
    },
  };

  function find(id: string, isAutomaticForm: boolean): string {
    const document = manifest().get(id) ?? byHash(id) ?? memory.find(id);
    if (document !== undefined) return document;
    // Clients of APQ look for this very text before they send hash and document together.
    if (isAutomaticForm && isAutomatic) throw new ApiError("PERSISTED_QUERY_NOT_FOUND", "PersistedQueryNotFound");
    if (enforce) throw createNotPersistedError();
    const how = isAutomatic && isHashId(id) ? " Send it with the document once, or put it into a manifest." : "";
    throw new ApiError("PERSISTED_QUERY_NOT_FOUND", `There is no document ${JSON.stringify(id)} here.${how}`);
  }

  /** A document that came together with its id: they must belong to each other. */
  function confirm(id: string, text: string): string {
    if (manifest().get(id) === text) return text;
    if (!isHashId(id)) throw new ApiError("BAD_REQUEST", "documentId names a document: send either it or query.");
    if (id !== toHashId(text)) {
      throw new ApiError(
        "BAD_REQUEST",
        "provided sha does not match query: it is to be the SHA-256 of its UTF-8 text, in lower case.",
      );
    }
    if (enforce && !knows(text)) throw createNotPersistedError();
    if (isAutomatic) memory.keep(id, text);
    return text;
  }

  function knows(text: string): boolean {
    return byHash(toHashId(text)) !== undefined;
  }

  /** Any document of the manifest, whatever it calls it. */
  function byHash(id: string): string | undefined {
    const now = manifest();
    if (hashed.of !== now) hashed = hashManifest(now);
    return hashed.documents.get(id);
  }
}

interface HashedManifest {
  readonly of: ReadonlyMap<string, string>;
  readonly documents: ReadonlyMap<string, string>;
}

function hashManifest(of: ReadonlyMap<string, string>): HashedManifest {
  return { of, documents: new Map([...of.values()].map((text) => [toHashId(text), text])) };
}

function toHashId(text: string): string {
  return `sha256:${createHash("sha256").update(text, "utf8").digest("hex")}`;
}

function isHashId(id: string): boolean {
  return id.startsWith("sha256:");
}

/** In a GET they are JSON; what is none is told by whoever reads them next. */
function toExtensions(value: unknown): Readonly<Record<string, unknown>> | undefined {
  let extensions = value;
  if (typeof value === "string") {
    try {
      extensions = JSON.parse(value);
    } catch {
      return undefined;
    }
  }
  return isRecord(extensions) ? extensions : undefined;
}

/** The id that Apollo's `persistedQuery: {version: 1, sha256Hash}` stands for. */
function toHash(persistedQuery: unknown): string | undefined {
  if (persistedQuery === undefined || persistedQuery === null) return undefined;
  const { version, sha256Hash } = isRecord(persistedQuery) ? persistedQuery : {};
  if (version !== 1) throw new ApiError("BAD_REQUEST", "Unsupported persisted query version: 1 is known here.");
  if (typeof sha256Hash === "string" && /^[0-9a-f]{64}$/.test(sha256Hash)) return `sha256:${sha256Hash}`;
  throw new ApiError(
    "BAD_REQUEST",
    "extensions.persistedQuery.sha256Hash must be 64 hexadecimal digits in lower case.",
  );
}

function toId(documentId: unknown, hash: string | undefined): string | undefined {
  if (documentId === undefined || documentId === null) return hash;
  if (!isDocumentId(documentId)) {
    const message =
      'documentId must be "sha256:" and 64 hexadecimal digits in lower case, or a name of letters, digits, ".", "_", "~" and "-".';
    throw new ApiError("BAD_REQUEST", message);
  }
  if (hash === undefined || hash === documentId) return documentId;
  throw new ApiError(
    "BAD_REQUEST",
    "documentId and extensions.persistedQuery name different documents: send one of them.",
  );
}

function createNotPersistedError(): ApiError {
  const message =
    "Only persisted documents are taken here, and this is none. Send the documentId of one that is registered.";
  return new ApiError("OPERATION_NOT_PERSISTED", message);
}
