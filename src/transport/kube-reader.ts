import type { CallOptions, KubeReader, ListQuery, LogQuery, WatchQuery } from "../kube/client.ts";
import { KubeError } from "../kube/kube-error.ts";
import type { KubeObject } from "../kube/object.ts";
import { ProtobufRefusedError } from "../kube/protobuf/protobuf-bytes.ts";
import { isRecord } from "../kube/read-json.ts";
import { toApiVersion, toResourceName, toResourcePath } from "../kube/resource-id.ts";
import type { ResourceId } from "../kube/resource-id.ts";
import { discoverResources } from "./discovery.ts";
import { readJson } from "./json-answer.ts";
import type { Link } from "./link.ts";
import { readList } from "./list-answer.ts";
import { readListParts } from "./list-parts.ts";
import { acceptProtobuf, isProtobuf } from "./protobuf-lists.ts";
import type { ProtobufLists } from "./protobuf-lists.ts";
import type { WatchProtobuf } from "./protobuf-frames.ts";
import { readProtobufList, readProtobufParts } from "./protobuf-list-parts.ts";
import type { ItemType } from "./list-pieces.ts";
import type { TransportLimits } from "./transport-limits.ts";
import { readWatchStream } from "./watch-stream.ts";

export interface KubeReaderOptions {
  readonly cluster: string;
  readonly link: Link;
  readonly limits: TransportLimits;
  /** Shared by all readers of the cluster. */
  readonly protobuf: ProtobufLists;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Objects of a list that is short enough to be read at once. */
const shortLimit = 50;

/** Reads over a link, as the KubeReader interface promises. */
export function createKubeReader({ cluster, link, limits, protobuf, now }: KubeReaderOptions): KubeReader {
  const ask = (
    kind: "read" | "watch",
    path: string,
    query: URLSearchParams,
    options: CallOptions,
    accept: string | undefined,
  ) => link.send({ kind, method: "GET", path, query, options, ...(accept === undefined ? {} : { accept }) });
  const getJson = async (path: string, query: URLSearchParams, options: CallOptions, accept?: string) =>
    readJson(await ask("read", path, query, options, accept), limits.maxBodyBytes);
  const none = new URLSearchParams();
  return {
    async get(resource, object, options) {
      const body = await getJson(toResourcePath(resource, object), none, options);
      if (!isKubeObject(body)) throw malformed(cluster, `the answer for ${toResourceName(resource)} is not an object`);
      return body;
    },
    async list(resource, query, options) {
      const path = toResourcePath(resource, toScope(query));
      const send = (accept?: string) => ask("read", path, toListParameters(query), options, accept);
      const piecesOf = toPiecesOf(resource, query);
      const plain = { maxBytes: limits.maxBodyBytes, cluster, what: toResourceName(resource), piecesOf };
      const isShort = query.limit !== undefined && query.limit <= shortLimit;
      const list = piecesOf === undefined || !isShort ? undefined : protobuf.of(piecesOf);
      if (piecesOf === undefined || list === undefined) return readList(await send(), plain);
      const answer = await send(acceptProtobuf);
      if (!isProtobuf(answer.headers)) return readList(answer, plain);
      const onRefused = (error: ProtobufRefusedError): void => protobuf.refuse(piecesOf, error);
      const read = await readProtobufList(answer, { ...plain, list, onRefused });
      return read instanceof ProtobufRefusedError ? readList(await send(), plain) : read;
    },
    async *listParts(resource, query, options) {
      // As with a watch, only its beginning has a time limit of ours.
      const path = toResourcePath(resource, toScope(query));
      const send = (of: ListQuery, accept?: string) => ask("watch", path, toListParameters(of), options, accept);
      const piecesOf = toItemType(resource);
      const plain = { maxBytes: limits.maxBodyBytes, cluster, what: toResourceName(resource), piecesOf };
      const list = protobuf.of(piecesOf);
      if (list === undefined) return yield* readListParts(await send(query), plain);
      const answer = await send(query, acceptProtobuf);
      if (!isProtobuf(answer.headers)) return yield* readListParts(answer, plain);
      const refusal = yield* readProtobufParts(answer, { ...plain, list });
      if (refusal === undefined) return;
      protobuf.refuse(piecesOf, refusal.error);
      const { resourceVersion } = refusal;
      // Parts of it were given: what follows belongs to them.
      const again = resourceVersion === undefined ? {} : { resourceVersion, resourceVersionMatch: "Exact" as const };
      yield* readListParts(await send({ ...query, ...again }), plain);
    },
    watch(resource, query, options) {
      const piecesOf = toPiecesOf(resource, query);
      const inProtobuf = piecesOf === undefined ? undefined : toWatchProtobuf(protobuf, piecesOf);
      const accept = inProtobuf === undefined ? undefined : acceptProtobuf;
      const send = () =>
        ask("watch", toResourcePath(resource, toScope(query)), toWatchParameters(query), options, accept);
      return readWatchStream(send, {
        cluster,
        maxFrameBytes: limits.maxFrameBytes,
        now,
        piecesOf,
        protobuf: inProtobuf,
      });
    },
    async log({ namespace, name }, query, options) {
      const path = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods/${encodeURIComponent(name)}/log`;
      const answer = await link.send({
        kind: "read",
        method: "GET",
        path,
        options,
        accept: "*/*",
        query: toLogParameters(query),
      });
      const limit = Math.min(query.limitBytes ?? Infinity, limits.maxLogBytes);
      try {
        return await lastBytes(answer.body, limit);
      } catch (cause) {
        throw answer.toError(cause);
      } finally {
        answer.release();
      }
    },
    discover: (options) => discoverResources((path, accept) => getJson(path, none, options, accept)),
    async version(options) {
      const body = await getJson("/version", none, options);
      const version = (body as { readonly gitVersion?: unknown } | null)?.gitVersion;
      if (typeof version !== "string") throw malformed(cluster, "the answer of /version names no gitVersion");
      return version;
    },
    async signingKeyIds(options) {
      // The API server answers nothing else there, and refuses who does not ask for it by name.
      const body = await getJson("/openid/v1/jwks", none, options, "application/jwk-set+json");
      const keys = (body as { readonly keys?: unknown } | null)?.keys;
      if (!Array.isArray(keys)) throw malformed(cluster, "the answer of /openid/v1/jwks names no keys");
      return keys.flatMap((key: unknown) => (isRecord(key) && typeof key["kid"] === "string" ? [key["kid"]] : []));
    },
  };
}

/** undefined: the watch is to be asked for as JSON. */
function toWatchProtobuf(protobuf: ProtobufLists, type: ItemType): WatchProtobuf | undefined {
  const list = protobuf.of(type);
  if (list === undefined) return undefined;
  return { list, readStatus: protobuf.readStatus, onRefused: (error) => protobuf.refuse(type, error) };
}

/** What a caller may rely on: the rest of an object is as it came. */
export function isKubeObject(value: unknown): value is KubeObject {
  if (typeof value !== "object" || value === null) return false;
  const { apiVersion, kind, metadata } = value as Readonly<Record<string, unknown>>;
  if (typeof apiVersion !== "string" || typeof kind !== "string") return false;
  return typeof metadata === "object" && metadata !== null && typeof (metadata as { name?: unknown }).name === "string";
}

function toScope({ namespace }: { readonly namespace?: string }): { readonly namespace?: string } {
  return namespace === undefined ? {} : { namespace };
}

function toPiecesOf(resource: ResourceId, { inPieces }: Pick<ListQuery, "inPieces">): ItemType | undefined {
  return inPieces === true ? toItemType(resource) : undefined;
}

function toItemType(resource: ResourceId): ItemType {
  return { apiVersion: toApiVersion(resource), kind: resource.kind };
}

function toParameters(values: Readonly<Record<string, string | number | boolean | undefined>>): URLSearchParams {
  const given = Object.entries(values).filter(([, value]) => value !== undefined && value !== "");
  return new URLSearchParams(Object.fromEntries(given.map(([name, value]) => [name, String(value)])));
}

function toListParameters(query: ListQuery): URLSearchParams {
  const { labelSelector, fieldSelector, limit, resourceVersion, resourceVersionMatch } = query;
  return toParameters({
    labelSelector,
    fieldSelector,
    limit,
    continue: query.continue,
    // A page that continues another has its version in the token; naming it again is refused (400).
    ...(query.continue === undefined ? { resourceVersion, resourceVersionMatch } : {}),
  });
}

function toWatchParameters({
  labelSelector,
  fieldSelector,
  resourceVersion,
  timeoutSeconds,
}: WatchQuery): URLSearchParams {
  return toParameters({
    watch: true,
    allowWatchBookmarks: true,
    labelSelector,
    fieldSelector,
    resourceVersion,
    timeoutSeconds,
  });
}

/** The server's own limitBytes counts from the start of the log, and ours from its end: it is not passed on. */
function toLogParameters({ container, tailLines, sinceSeconds, previous, timestamps }: LogQuery): URLSearchParams {
  return toParameters({ container, tailLines, sinceSeconds, previous, timestamps });
}

/** Holds at most twice the limit, however long the log is. */
async function lastBytes(body: AsyncIterable<Buffer>, limit: number): Promise<Uint8Array> {
  let chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes > 2 * limit) {
      chunks = [Buffer.concat(chunks).subarray(-limit)];
      bytes = limit;
    }
  }
  const all = Buffer.concat(chunks);
  return all.subarray(Math.max(0, all.length - limit));
}

function malformed(cluster: string, message: string): KubeError {
  return new KubeError({ reason: "MalformedResponse", message, cluster });
}
