/** A Kubernetes API that the suite talks to by plain HTTP. */
export interface KubeApiUnderTest {
  /** `path` starts with a slash. A watch is a streamed body. */
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** The same with no credentials but those of the headers: nobody where there are none. */
  fetchAsNobody(path: string, init?: RequestInit): Promise<Response>;
  /** Makes every older resourceVersion answer 410, where `supports.expireVersions`. */
  expireVersions?(): void;
  dispose(): Promise<void>;
}

export interface KubeApiSupports {
  /** History can be compacted on demand; a real cluster does that by the clock. */
  readonly expireVersions: boolean;
  /** Controllers run. The embedded ones are too quick for rules that look at what an object is before any has seen it. */
  readonly controllers: boolean;
}

/** JSON as it came; tests look into it freely. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Json = any;

export interface Answer {
  readonly status: number;
  readonly body: Json;
  readonly headers: Headers;
}

const mediaTypes = {
  json: "application/json-patch+json",
  merge: "application/merge-patch+json",
  strategic: "application/strategic-merge-patch+json",
  apply: "application/apply-patch+yaml",
} as const;

/** Sends a request as somebody. */
export type CallAs = (
  method: string,
  path: string,
  body?: unknown,
  headers?: Readonly<Record<string, string>>,
) => Promise<Answer>;

/** The suite's client: a namespace of its own, JSON in and out. */
export class SuiteClient {
  readonly #api: KubeApiUnderTest;
  readonly namespace: string;

  constructor(api: KubeApiUnderTest, namespace: string) {
    this.#api = api;
    this.namespace = namespace;
  }

  get api(): KubeApiUnderTest {
    return this.#api;
  }

  /** Path of a collection or an object in the suite's namespace: `at("v1", "pods", "a")`. */
  at(groupVersion: string, plural: string, ...rest: readonly string[]): string {
    const root = groupVersion.includes("/") ? `/apis/${groupVersion}` : `/api/${groupVersion}`;
    return [`${root}/namespaces/${this.namespace}/${plural}`, ...rest].join("/");
  }

  configMaps(...rest: readonly string[]): string {
    return this.at("v1", "configmaps", ...rest);
  }

  async call(
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
    fetch = this.#api.fetch,
  ): Promise<Answer> {
    const init: RequestInit = {
      method,
      headers: { "user-agent": "suite/1", "content-type": "application/json", ...headers },
    };
    if (body !== undefined) init.body = typeof body === "string" ? body : JSON.stringify(body);
    const response = await fetch(path, init);
    const text = await response.text();
    // Not every JSON answer of a real server says that it is one.
    const isJson = text.startsWith("{");
    return { status: response.status, body: isJson ? JSON.parse(text) : text, headers: response.headers };
  }

  /** As somebody else, whom the suite's administrator impersonates; in one group at most, since Fetch would send several as one. */
  as(user: string, group?: string): CallAs {
    const headers = { "impersonate-user": user, ...(group === undefined ? {} : { "impersonate-group": group }) };
    return (method, path, body, more) => this.call(method, path, body, { ...headers, ...more });
  }

  /** With these headers and no other credentials. */
  nobody(headers: Readonly<Record<string, string>> = {}): CallAs {
    return (method, path, body, more) =>
      this.call(method, path, body, { ...headers, ...more }, this.#api.fetchAsNobody);
  }

  get(path: string, accept?: string): Promise<Answer> {
    return this.call("GET", path, undefined, accept === undefined ? {} : { accept });
  }

  post(path: string, body: unknown): Promise<Answer> {
    return this.call("POST", path, body);
  }

  put(path: string, body: unknown): Promise<Answer> {
    return this.call("PUT", path, body);
  }

  delete(path: string, body?: unknown): Promise<Answer> {
    return this.call("DELETE", path, body);
  }

  patch(type: keyof typeof mediaTypes, path: string, body: unknown): Promise<Answer> {
    return this.call("PATCH", path, body, { "content-type": mediaTypes[type] });
  }

  apply(path: string, manager: string, body: unknown, force = false): Promise<Answer> {
    return this.patch("apply", `${path}?fieldManager=${manager}&force=${force}`, body);
  }

  /** A ConfigMap of the suite, created. */
  async configMap(name: string, data: Record<string, string> = {}, labels: Record<string, string> = {}): Promise<Json> {
    const body = { apiVersion: "v1", kind: "ConfigMap", metadata: { name, labels }, data };
    return (await this.post(this.configMaps(), body)).body;
  }

  /** The first `count` events of a watch, bookmarks apart unless wanted. Gives up after 5 s. */
  async watch(
    path: string,
    count: number,
    { bookmarks = false, accept }: { bookmarks?: boolean; accept?: string } = {},
  ): Promise<Json[]> {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), 5000);
    const events: Json[] = [];
    try {
      const headers = { accept: accept ?? "application/json" };
      const response = await this.#api.fetch(`${path}${path.includes("?") ? "&" : "?"}watch=1`, {
        signal: abort.signal,
        headers,
      });
      if (!response.ok || response.body === null) throw new Error(`watch: ${response.status} ${await response.text()}`);
      for await (const event of readFrames(response.body)) {
        if (event.type !== "BOOKMARK" || bookmarks) events.push(event);
        if (events.length >= count) break;
      }
    } catch (error) {
      if (!abort.signal.aborted) throw error;
    } finally {
      clearTimeout(timer);
      abort.abort();
    }
    return events;
  }
}

async function* readFrames(body: ReadableStream<Uint8Array>): AsyncGenerator<Json> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of body) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n")) {
      const line = text.slice(0, end);
      text = text.slice(end + 1);
      if (line.trim() !== "") yield JSON.parse(line);
    }
  }
}

/** A pod nobody runs. */
export function toPod(name: string, extra: Record<string, unknown> = {}): Json {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: { containers: [{ name: "main", image: "registry.example/app:1" }], ...extra },
  };
}

/** A deployment of nothing: no replicas, so that no controller does anything. */
export function toDeployment(name: string, spec: Record<string, unknown> = {}): Json {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: {
      replicas: 0,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: "main", image: "registry.example/app:1" }] },
      },
      ...spec,
    },
  };
}
