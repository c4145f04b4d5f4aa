import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import type { TestCertificate } from "./tls-certificates.ts";

export type Respond = (request: IncomingMessage, response: ServerResponse, body: string) => void;

export interface TestApiServerOptions {
  /** Unset: plain HTTP. */
  readonly certificate?: TestCertificate;
  /** Asks for client certificates of this authority, without refusing others, as kube-apiserver does. */
  readonly clientCa?: string;
  /** What probes and identity do not answer. */
  readonly respond?: Respond;
  readonly uid?: string;
  /** 0 takes a free one. */
  readonly port?: number;
}

/** An API server over real TCP or TLS whose every answer a test decides; probes and identity it answers by itself. */
export interface TestApiServer {
  readonly url: string;
  readonly port: number;
  /** "GET /api/v1/pods?limit=1" of each request that was passed to `respond`. */
  readonly requests: string[];
  /** Requests to /readyz. */
  probes: number;
  respond: Respond;
  /** Of /readyz; undefined = it never answers. */
  readiness: number | undefined;
  /** undefined = nothing is ever answered: connections are accepted and hang. */
  hangs: boolean;
  uid: string;
  /** Connections open now. */
  readonly sockets: ReadonlySet<Socket>;
  /** Serves with another certificate from the next handshake on. */
  setCertificate(certificate: TestCertificate): void;
  /** Resets every open connection. */
  cut(): void;
  /** Refuses connections from now on and resets the open ones. */
  close(): Promise<void>;
}

export async function startTestApiServer(options: TestApiServerOptions = {}): Promise<TestApiServer> {
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    if (server.hangs) return;
    const path = (request.url ?? "").split("?")[0];
    if (path === "/readyz") {
      server.probes += 1;
      if (server.readiness !== undefined)
        response.writeHead(server.readiness).end(server.readiness === 200 ? "ok" : "[-]etcd failed");
    } else if (path === "/api/v1/namespaces/kube-system") {
      json(response, 200, { apiVersion: "v1", kind: "Namespace", metadata: { name: "kube-system", uid: server.uid } });
    } else {
      requests.push(`${request.method} ${request.url}`);
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () => server.respond(request, response, Buffer.concat(parts).toString("utf8")));
    }
  };
  const tls = options.certificate && createTlsServer({ ...options.certificate, ca: options.clientCa, requestCert: options.clientCa !== undefined, rejectUnauthorized: false }, answer); // prettier-ignore
  const listener = tls ?? createServer(answer);
  listener.keepAliveTimeout = 60_000;
  listener.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
  });
  listener.on("tlsClientError", () => {});
  listener.listen(options.port ?? 0, "127.0.0.1");
  await once(listener, "listening");
  const { port } = listener.address() as AddressInfo;
  const server: TestApiServer = {
    url: `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`,
    port,
    requests,
    probes: 0,
    respond: options.respond ?? ((_request, response) => json(response, 404, status(404, "NotFound", "not found"))),
    readiness: 200,
    hangs: false,
    uid: options.uid ?? "uid-1",
    sockets,
    setCertificate: (certificate) => tls?.setSecureContext({ ...certificate, ca: options.clientCa }),
    cut() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    async close() {
      if (!listener.listening) return;
      const closed = once(listener, "close");
      listener.close();
      for (const socket of sockets) socket.resetAndDestroy();
      await closed;
    },
  };
  return server;
}

export function json(
  response: ServerResponse,
  code: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  response.writeHead(code, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

/** A metav1.Status of a failure. */
export function status(code: number, reason: string, message: string, details?: unknown): Record<string, unknown> {
  return { kind: "Status", apiVersion: "v1", status: "Failure", message, reason, details, code };
}

/** CN of the client certificate that came with the request; undefined where there was none that the CA had signed. */
export function clientName(request: IncomingMessage): string | undefined {
  const socket = request.socket as TLSSocket;
  const name = socket.authorized ? socket.getPeerCertificate().subject?.CN : undefined;
  return Array.isArray(name) ? name[0] : name;
}
