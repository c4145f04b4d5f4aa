import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import type { Handler } from "../../../src/lib/handler.ts";

export interface HttpDoor {
  readonly url: string;
  close(): Promise<void>;
}

/** A Handler behind a loopback port, for real clients. */
export async function serveOverHttp(handler: Handler): Promise<HttpDoor> {
  const server = createServer((incoming, outgoing) => {
    const abort = new AbortController();
    outgoing.on("close", () => abort.abort());
    const hasBody = incoming.method !== "GET" && incoming.method !== "HEAD";
    const init = {
      method: incoming.method,
      headers: incoming.headers as Record<string, string>,
      body: hasBody ? (Readable.toWeb(incoming) as ReadableStream) : undefined,
      duplex: "half",
      signal: abort.signal,
    };
    void handler(
      new Request(`http://${incoming.headers.host ?? "embedded"}${incoming.url ?? "/"}`, init as RequestInit),
    )
      .then((response) => {
        outgoing.writeHead(response.status, Object.fromEntries(response.headers));
        if (response.body === null) outgoing.end();
        else {
          const body = Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]);
          body.on("error", () => outgoing.destroy());
          body.pipe(outgoing);
          outgoing.on("close", () => body.destroy());
          outgoing.flushHeaders();
        }
      })
      .catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}
