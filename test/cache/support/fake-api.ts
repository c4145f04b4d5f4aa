import type { CallOptions, KubeList, KubeReader, ListQuery, ObjectName, WatchEvent, WatchQuery } from "../../../src/kube/client.ts"; // prettier-ignore
import { KubeError } from "../../../src/kube/kube-error.ts";
import type { KubeErrorReason } from "../../../src/kube/kube-error.ts";
import type { KubeObject } from "../../../src/kube/object.ts";
import { toApiVersion, toResourceName } from "../../../src/kube/resource-id.ts";
import type { ApiResource, ResourceId } from "../../../src/kube/resource-id.ts";

interface Past {
  readonly version: number;
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly resource: string;
  readonly object: KubeObject;
}

/** What may go wrong with the next request. `hang`: never answered. */
export type Fault = KubeError | "hang";

export interface Request {
  readonly verb: "list" | "watch" | "get";
  readonly resource: string;
  readonly query: ListQuery | WatchQuery | ObjectName;
}

/**
 * The rules of an API server as far as a reflector can see them, in memory: one rising version for everything, pages of one moment, history that can be
 * compacted, streams that can be cut, torn or told nonsense, a state that can be restored to an older one.
 */
export class FakeApi implements Pick<KubeReader, "get" | "list" | "watch"> {
  uid = "cluster-1";
  /** Asked for each request; undefined = it is answered. */
  fault: (request: Request) => Fault | undefined = () => undefined;
  /** Changes a page on its way. */
  tamper: (list: KubeList) => KubeList = (list) => list;
  /** Pages after the first come from a server that is so many versions behind. */
  pageLag = 0;
  readonly requests: Request[] = [];
  readonly streams = new Set<FakeStream>();
  /** Kinds that are served; undefined = all. */
  served: ReadonlySet<string> | undefined;
  #version = 100;
  #compactedThrough = 0;
  #uids = 0;
  #history: Past[] = [];
  readonly #hanging = new Set<(error: KubeError) => void>();

  get version(): number {
    return this.#version;
  }

  /** Keys and versions of what exists at `version` (now, where unset). */
  state(resource: ResourceId, version = this.#version): Map<string, KubeObject> {
    const objects = new Map<string, KubeObject>();
    for (const past of this.#history) {
      if (past.version > version || past.resource !== toResourceName(resource)) continue;
      if (past.type === "DELETED") objects.delete(keyOf(past.object));
      else objects.set(keyOf(past.object), past.object);
    }
    return objects;
  }

  /** Creates the object, or changes it where it exists. */
  put(resource: ResourceId, key: string, spec: Record<string, unknown> = {}): KubeObject {
    const before = this.state(resource).get(key);
    const [name, namespace] = key.split("/").toReversed() as [string, string | undefined];
    const version = ++this.#version;
    const object: KubeObject = {
      apiVersion: toApiVersion(resource),
      kind: resource.kind,
      ...spec,
      metadata: {
        name,
        ...(namespace === undefined ? {} : { namespace }),
        uid: before?.metadata.uid ?? `uid-${++this.#uids}-${key}`,
        resourceVersion: String(version),
        creationTimestamp: "2026-11-21T00:00:00Z",
        ...(spec.metadata as object | undefined),
      },
    };
    this.#happen({
      version,
      type: before === undefined ? "ADDED" : "MODIFIED",
      resource: toResourceName(resource),
      object,
    });
    return object;
  }

  delete(resource: ResourceId, key: string): void {
    const before = this.state(resource).get(key);
    if (before === undefined) return;
    const version = ++this.#version;
    const object = { ...before, metadata: { ...before.metadata, resourceVersion: String(version) } };
    this.#happen({ version, type: "DELETED", resource: toResourceName(resource), object });
  }

  /** Something elsewhere in the cluster happens. */
  tick(): void {
    this.#version++;
  }

  compact(): void {
    this.#compactedThrough = this.#version;
  }

  /** etcd restored from a backup taken at `version`: every link breaks, versions go on from there. */
  restore(version: number): void {
    this.#history = this.#history.filter((past) => past.version <= version);
    this.#version = version;
    this.#compactedThrough = Math.min(this.#compactedThrough, version);
    this.cut();
  }

  bookmark(): void {
    for (const stream of this.streams) stream.push({ type: "BOOKMARK", resourceVersion: String(this.#version) });
  }

  /** Every link breaks: streams, and requests that hang. */
  cut(reason: KubeErrorReason = "ConnectionFailed"): void {
    for (const fail of this.#hanging) fail(new KubeError({ reason: "ConnectionFailed", message: "cut" }));
    for (const stream of this.streams) stream.fail(new KubeError({ reason, message: "cut" }));
  }

  /** Every stream is closed in good order. */
  close(): void {
    for (const stream of this.streams) stream.end();
  }

  count(verb: Request["verb"], resource?: ResourceId): number {
    const name = resource === undefined ? undefined : toResourceName(resource);
    return this.requests.filter((request) => request.verb === verb && (name ?? request.resource) === request.resource)
      .length;
  }

  async get(resource: ResourceId, object: ObjectName, options: CallOptions): Promise<KubeObject> {
    await this.#request({ verb: "get", resource: toResourceName(resource), query: object }, options.signal);
    return { apiVersion: "v1", kind: "Namespace", metadata: { name: object.name, uid: this.uid } };
  }

  async list(resource: ResourceId, query: ListQuery, { signal }: CallOptions): Promise<KubeList> {
    await this.#request({ verb: "list", resource: toResourceName(resource), query }, signal);
    this.#checkServed(resource);
    const begun = query.continue === undefined ? undefined : parseToken(query.continue);
    const exact = query.resourceVersionMatch === "Exact" ? Number(query.resourceVersion) : undefined;
    const at = exact ?? (begun === undefined ? this.#version : Math.max(100, begun.at - this.pageLag));
    const from = begun?.from ?? 0;
    if ((exact !== undefined || begun !== undefined) && at < this.#compactedThrough) throw expired();
    if (at > this.#version) throw tooLarge(at, this.#version);
    const name = /^metadata\.name=(.*)$/.exec(query.fieldSelector ?? "")?.[1];
    const all = [...this.state(resource, at)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, object]) => object)
      .filter(({ metadata }) => name === undefined || metadata.name === name)
      .filter(({ metadata }) => query.namespace === undefined || metadata.namespace === query.namespace);
    const to = from + (query.limit ?? all.length);
    const list: KubeList = { items: all.slice(from, to), resourceVersion: String(at) };
    const rest = { continue: JSON.stringify({ at, from: to }), remainingItemCount: all.length - to };
    return this.tamper(to < all.length ? { ...list, ...rest } : list);
  }

  async *watch(resource: ResourceId, query: WatchQuery, { signal }: CallOptions): AsyncGenerator<WatchEvent> {
    const name = toResourceName(resource);
    await this.#request({ verb: "watch", resource: name, query }, signal);
    this.#checkServed(resource);
    const from = Number(query.resourceVersion);
    if (from < this.#compactedThrough) throw expired();
    const stream = new FakeStream(name, from, signal);
    this.streams.add(stream);
    try {
      for (const past of this.#history) if (past.resource === name) stream.happen(past);
      yield* stream.events();
    } finally {
      this.streams.delete(stream);
    }
  }

  #happen(past: Past): void {
    this.#history.push(past);
    for (const stream of this.streams) if (stream.resource === past.resource) stream.happen(past);
  }

  #checkServed(resource: ResourceId): void {
    if (this.served === undefined || this.served.has(toResourceName(resource))) return;
    throw new KubeError({
      reason: "NotFound",
      status: 404,
      message: "the server could not find the requested resource",
    });
  }

  async #request(request: Request, signal: AbortSignal): Promise<void> {
    this.requests.push(request);
    await Promise.resolve();
    if (signal.aborted) throw aborted();
    const fault = this.fault(request);
    if (fault === undefined) return;
    if (fault !== "hang") throw fault;
    let fail!: (error: KubeError) => void;
    const broken = new Promise<never>((_resolve, reject) => (fail = reject));
    const onAbort = (): void => fail(aborted());
    this.#hanging.add(fail);
    signal.addEventListener("abort", onAbort, { once: true });
    try {
      await broken;
    } finally {
      this.#hanging.delete(fail);
      signal.removeEventListener("abort", onAbort);
    }
  }
}

/** One watch as the server sees it. */
export class FakeStream {
  readonly resource: string;
  /** Swallows everything while true: a stalled server or a dead link. */
  isSilent = false;
  readonly #from: number;
  readonly #signal: AbortSignal;
  readonly #queue: (() => WatchEvent | undefined)[] = [];
  #wake: (() => void) | undefined;

  constructor(resource: string, from: number, signal: AbortSignal) {
    this.resource = resource;
    this.#from = from;
    this.#signal = signal;
  }

  /** Servers filter by version: what is not after the version asked for is never sent. */
  happen({ version, type, object }: Past): void {
    if (version > this.#from) this.push({ type, object });
  }

  push(event: WatchEvent): void {
    if (!this.isSilent) this.#add(() => event);
  }

  end(): void {
    this.#add(() => undefined);
  }

  fail(error: KubeError): void {
    this.#add(() => {
      throw error;
    });
  }

  async *events(): AsyncGenerator<WatchEvent> {
    const onAbort = (): void => this.fail(aborted());
    this.#signal.addEventListener("abort", onAbort, { once: true });
    try {
      for (;;) {
        while (this.#queue.length === 0) await new Promise<void>((resolve) => (this.#wake = resolve));
        if (this.#signal.aborted) throw aborted();
        const event = this.#queue.shift()!();
        if (event === undefined) return;
        yield event;
      }
    } finally {
      this.#signal.removeEventListener("abort", onAbort);
    }
  }

  #add(item: () => WatchEvent | undefined): void {
    this.#queue.push(item);
    this.#wake?.();
  }
}

export /** As kube-apiserver has it (KEP-2340). */
function tooLarge(version: number, current: number): KubeError {
  return new KubeError({
    reason: "ServerTimeout",
    status: 504,
    message: `Too large resource version: ${version}, current: ${current}`,
  });
}

export function expired(): KubeError {
  return new KubeError({ reason: "Expired", status: 410, message: "too old resource version" });
}

export function failure(reason: KubeErrorReason, more: { readonly retryAfterMs?: number } = {}): KubeError {
  return new KubeError({ reason, message: `fake: ${reason}`, ...more });
}

export function toApiResource(resource: ResourceId): ApiResource {
  return { ...resource, shortNames: [], verbs: ["get", "list", "watch"], subresources: [] };
}

export function keyOf({ metadata: { namespace, name } }: KubeObject): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}

function aborted(): KubeError {
  return new KubeError({ reason: "Aborted", message: "aborted" });
}

function parseToken(token: string): { readonly at: number; readonly from: number } {
  return JSON.parse(token) as { at: number; from: number };
}
