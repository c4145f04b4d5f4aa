import { createServer } from "node:https";
import type { Server } from "node:https";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { TLSSocket } from "node:tls";
import type { Peer } from "../auth/authenticate.ts";
import type { PeerHandler } from "../http/handle-request.ts";
import type { KeyPair } from "./certificates.ts";

export interface HttpsListenerOptions {
  /** Told of who is at the other end: the subject of a client certificate, or nobody. */
  readonly handler: PeerHandler;
  readonly serving: KeyPair;
  /** Signs client certificates: one of another authority is refused with every request, none at all makes them nobody. */
  readonly clientCaPem: string;
  /** 0 = any free one. */
  readonly port: number;
}

export interface HttpsListener {
  /** "https://127.0.0.1:PORT". */
  readonly url: string;
  /** Ends all connections, watches included; resolves when the port is free. */
  close(): Promise<void>;
}

/** Longer than clients keep an idle connection (undici 4 s, client-go 90 s): the one who reuses it must not be the one who finds it closed. */
const keepAliveMs = 120_000;

/** Puts the API behind TLS on loopback. The request's signal is aborted when the client has gone, so that watches end with it. */
export async function listenHttps({
  handler,
  serving,
  clientCaPem,
  port,
}: HttpsListenerOptions): Promise<HttpsListener> {
  const sockets = new Set<Duplex>();
  const server = createServer(
    { cert: serving.certPem, key: serving.keyPem, ca: clientCaPem, requestCert: true, rejectUnauthorized: false },
    (request, response) => void answer(handler, request, response),
  );
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  server.keepAliveTimeout = keepAliveMs;
  await listening(server, port);
  return {
    url: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.off("error", reject);
      resolve();
    });
  });
}

async function answer(handler: PeerHandler, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const gone = new AbortController();
  outgoing.once("close", () => gone.abort());
  try {
    const response = await handler(toRequest(incoming, gone.signal), toPeer(incoming));
    outgoing.writeHead(response.status, Object.fromEntries(response.headers));
    if (response.body === null) outgoing.end();
    else {
      outgoing.flushHeaders();
      await pipeline(Readable.fromWeb(response.body), outgoing);
    }
  } catch {
    // The client has gone, or the handler cut the stream (a fault switch): the connection's end is the only answer left.
    outgoing.destroy();
  }
}

function toRequest(incoming: IncomingMessage, signal: AbortSignal): Request {
  const headers = new Headers();
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
    headers.append(incoming.rawHeaders[i] ?? "", incoming.rawHeaders[i + 1] ?? "");
  }
  const method = incoming.method ?? "GET";
  const body = method === "GET" || method === "HEAD" ? {} : { body: Readable.toWeb(incoming), duplex: "half" };
  return new Request(new URL(incoming.url ?? "/", "https://127.0.0.1"), {
    method,
    headers,
    signal,
    ...body,
  } as RequestInit);
}

/** Who sent the request, as the connection knows it; groups to impersonate as they were sent, since Fetch joins them. */
function toPeer({ socket, headersDistinct }: IncomingMessage): Peer {
  const { subject } = (socket as TLSSocket).getPeerCertificate();
  const impersonateGroups = headersDistinct["impersonate-group"] ?? [];
  if (subject === undefined) return { impersonateGroups };
  if (!(socket as TLSSocket).authorized) return { certificate: "unknown", impersonateGroups };
  const [username = ""] = toList(subject.CN);
  return { certificate: { username, groups: toList(subject.O) }, impersonateGroups };
}

/** A part of a subject that is there more than once comes as a list. */
function toList(part: string | readonly string[] | undefined): readonly string[] {
  return part === undefined ? [] : typeof part === "string" ? [part] : part;
}
