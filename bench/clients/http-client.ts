import { Agent as HttpAgent, request as httpRequest } from "node:http";
import type { IncomingMessage, RequestOptions } from "node:http";
import { Agent as HttpsAgent, request as httpsRequest } from "node:https";

export interface HttpClientOptions {
  /** "http://127.0.0.1:4000"; every path is relative to it. */
  readonly url: string;
  /** Connections at once; they are kept alive. */
  readonly connections?: number;
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string };
  readonly headers?: Readonly<Record<string, string>>;
}

export interface HttpRequest {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly body: Buffer;
  /** From before the request is written to the last byte of its answer. */
  readonly ms: number;
}

/** The one HTTP client of the bench, so that each target is asked by the same code. It keeps connections alive and parses nothing. */
export interface HttpClient {
  readonly url: string;
  /** Rejects where no whole answer came; any status is an answer. */
  send(request: HttpRequest): Promise<HttpAnswer>;
  /** Resolves with the open answer of a stream; ends when `signal` is aborted. */
  open(request: HttpRequest, signal: AbortSignal): Promise<IncomingMessage>;
  close(): void;
}

export function createHttpClient({ url, connections = 1, tls, headers = {} }: HttpClientOptions): HttpClient {
  const { protocol, hostname, port } = new URL(url);
  const isTls = protocol === "https:";
  const settings = { keepAlive: true, maxSockets: connections, noDelay: true };
  const agent = isTls ? new HttpsAgent({ ...settings, ...tls }) : new HttpAgent(settings);
  const start = isTls ? httpsRequest : httpRequest;
  const optionsOf = ({ method = "GET", path, body, headers: more }: HttpRequest): RequestOptions => ({
    agent,
    hostname,
    port,
    method,
    path,
    headers: { ...headers, ...more, ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) }) },
  });
  return {
    url,
    send: (request) =>
      new Promise((resolve, reject) => {
        const from = performance.now();
        const outgoing = start(optionsOf(request), (response) => {
          const chunks: Buffer[] = [];
          response
            .on("data", (chunk: Buffer) => chunks.push(chunk))
            .on("error", reject)
            .on("end", () => {
              const ms = performance.now() - from;
              resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks), ms });
            });
        });
        outgoing.on("error", reject).end(request.body);
      }),
    open: (request, signal) =>
      new Promise((resolve, reject) => {
        // Streams get a connection of their own: the agent's are for requests that end.
        const own = { ...optionsOf(request), ...tls, agent: false as const, signal };
        start(own, resolve).on("error", reject).end(request.body);
      }),
    close: () => agent.destroy(),
  };
}
