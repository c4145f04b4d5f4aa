import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { commonHeaders } from "../respond.ts";
import type { StarterQuery } from "../server-options.ts";

/** GraphiQL, served by us and from nowhere else. */
export interface Playground {
  sendPage(request: IncomingMessage, response: ServerResponse): Promise<void>;
  /** Anything under /graphql/assets/. */
  sendAsset(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

export interface PlaygroundOptions {
  /** What `scripts/build-playground` wrote; read once, at the first request. */
  readonly folder: string;
  readonly starterQueries: readonly StarterQuery[];
}

interface Asset {
  readonly type: string;
  readonly bytes: Buffer;
  readonly etag: string;
  /** Names carry a hash of the content: what has a name never changes. */
  readonly isImmutable: boolean;
  zipped?: Promise<Buffer>;
}

const types: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".ttf": "font/ttf",
  ".txt": "text/plain; charset=utf-8",
  ".woff2": "font/woff2",
};

/**
 * Nothing from anywhere but here. Styles may be inline because Monaco places every line and widget by a style attribute and writes its
 * theme into a style element; scripts never are.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const zip = promisify(gzip);

export function createPlayground({ folder, starterQueries }: PlaygroundOptions): Playground {
  let loading: Promise<ReadonlyMap<string, Asset>> | undefined;
  const load = (): Promise<ReadonlyMap<string, Asset>> => (loading ??= loadAssets(folder, starterQueries));
  return {
    async sendPage(request, response) {
      const page = (await load()).get("index.html");
      const headers = {
        "content-security-policy": policy,
        "cross-origin-opener-policy": "same-origin",
        vary: "accept",
      };
      if (page === undefined)
        return sendMissing(response, "The playground is not built: run scripts/build-playground.");
      await sendFile(request, response, page, headers);
    },
    async sendAsset(request, response) {
      const name = (request.url ?? "").split("?")[0]?.slice("/graphql/assets/".length) ?? "";
      const asset = (await load()).get(name);
      if (asset === undefined) return sendMissing(response, "There is no such file.");
      await sendFile(request, response, asset, { "content-security-policy": policy });
    },
  };
}

async function loadAssets(
  folder: string,
  starterQueries: readonly StarterQuery[],
): Promise<ReadonlyMap<string, Asset>> {
  const assets = new Map<string, Asset>();
  const names = await readdir(folder).catch(() => []);
  await Promise.all(
    names.map(async (name) =>
      assets.set(name, toAsset(name, await readFile(join(folder, name)), /-[\w-]{8,}\.\w+$/.test(name))),
    ),
  );
  assets.set("starter.json", toAsset("starter.json", Buffer.from(JSON.stringify(starterQueries)), false));
  return assets;
}

function toAsset(name: string, bytes: Buffer, isImmutable: boolean): Asset {
  const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 27)}"`;
  return { type: types[extname(name)] ?? "application/octet-stream", bytes, etag, isImmutable };
}

async function sendFile(
  request: IncomingMessage,
  response: ServerResponse,
  asset: Asset,
  headers: OutgoingHttpHeaders,
) {
  const cacheControl = asset.isImmutable ? "public, max-age=31536000, immutable" : "no-cache";
  const always = { ...commonHeaders, ...headers, etag: asset.etag, "cache-control": cacheControl };
  if (request.headers["if-none-match"]?.includes(asset.etag) === true) {
    response.writeHead(304, always).end();
    return;
  }
  const isZipped = /\bgzip\b/.test(request.headers["accept-encoding"]?.toString() ?? "") && asset.bytes.length > 1024;
  // Once for each file, off the main thread; 7 MB become 2.
  const body = isZipped ? await (asset.zipped ??= zip(asset.bytes)) : asset.bytes;
  const vary = [headers["vary"], "accept-encoding"].filter((name) => name !== undefined).join(", ");
  response.writeHead(200, {
    ...always,
    vary,
    "content-type": asset.type,
    "content-length": body.length,
    ...(isZipped && { "content-encoding": "gzip" }),
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

function sendMissing(response: ServerResponse, text: string): void {
  response.writeHead(404, { ...commonHeaders, "content-type": "text/plain; charset=utf-8" }).end(`${text}\n`);
}
