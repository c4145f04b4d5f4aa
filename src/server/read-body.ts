import { isUtf8 } from "node:buffer";
import type { IncomingMessage } from "node:http";
import { ApiError } from "../kube/api-error.ts";
import { whenReady } from "../loaders/maybe-promise.ts";

/**
 * The JSON object in the body of a POST; at once where all of it is there. Throws or rejects with ApiError: PAYLOAD_TOO_LARGE as soon as `maxBytes` are
 * over, without reading on; BAD_REQUEST for another content type or encoding, invalid UTF-8, invalid JSON, and anything but one object. Rejects with the
 * connection's own error where the client leaves.
 */
export function readJsonBody(request: IncomingMessage, maxBytes: number): JsonBody | Promise<JsonBody> {
  checkContentType(request);
  return whenReady(readBytes(request, maxBytes), parseBody);
}

type JsonBody = Readonly<Record<string, unknown>>;

function parseBody(bytes: Buffer): JsonBody {
  const text = decodeUtf8(bytes);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw badRequest('The body is not valid JSON. Send {"query": "{ … }", "variables": {…}}.');
  }
  if (Array.isArray(body)) throw badRequest("Batches are not taken. Send one operation in each request.");
  if (typeof body !== "object" || body === null)
    throw badRequest('The body must be a JSON object: {"query": "{ … }"}.');
  return body as JsonBody;
}

/** Whether the content type is what a form or a page of another origin could send without a preflight; see CSRF prevention. */
function checkContentType({ headers }: IncomingMessage): void {
  if (headers["content-type"] === "application/json" && headers["content-encoding"] === undefined) return;
  const [type = "", ...parameters] = (headers["content-type"] ?? "")
    .split(";")
    .map((part) => part.trim().toLowerCase());
  if (type !== "application/json") {
    const got = type === "" ? "none" : JSON.stringify(type.slice(0, 100));
    throw unsupported(`The content type must be "application/json", but got: ${got}.`);
  }
  const charset = parameters.find((parameter) => parameter.startsWith("charset="))?.slice("charset=".length);
  if (charset !== undefined && charset.replaceAll('"', "") !== "utf-8") throw unsupported("The charset must be utf-8.");
  const encoding = headers["content-encoding"];
  if (encoding !== undefined && encoding !== "identity")
    throw unsupported("A compressed body is not taken. Send it as it is.");
}

function readBytes(request: IncomingMessage, maxBytes: number): Buffer | Promise<Buffer> {
  const length = Number(request.headers["content-length"]);
  if (length > maxBytes) throw createTooLargeError(maxBytes);
  // It came together with the head, as most do: there is nothing to listen for.
  const bytes = request.readableLength === length ? (request.read() as Buffer | null) : null;
  return bytes ?? waitForBytes(request, maxBytes);
}

function waitForBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > maxBytes) {
        request.pause();
        request.removeAllListeners("data");
        return reject(createTooLargeError(maxBytes));
      }
      chunks.push(chunk);
    });
    let isWhole = false;
    request.once("end", () => {
      isWhole = true;
      resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, length));
    });
    request.once("error", reject);
    request.once("close", () => {
      // Closes after its end as well: an error nobody gets is still one that is made.
      if (!isWhole) reject(badRequest("The connection closed before the body was complete."));
    });
  });
}

function decodeUtf8(bytes: Buffer): string {
  const text = bytes.toString("utf8");
  // Stands for what is none, unless it was sent.
  if (text.includes("\ufffd") && !isUtf8(bytes)) throw badRequest("The body is not valid UTF-8.");
  // A mark at the beginning is not part of the text (RFC 8259 8.1 lets us overlook it).
  return text.startsWith("\ufeff") ? text.slice(1) : text;
}

function createTooLargeError(maxBytes: number): ApiError {
  const message = `The body is over the limit of ${maxBytes.toLocaleString("en")} bytes. Send less.`;
  return new ApiError("PAYLOAD_TOO_LARGE", message);
}

function badRequest(message: string): ApiError {
  return new ApiError("BAD_REQUEST", message);
}

/** 415, by its class: the code says no more than that the request is not one. */
function unsupported(message: string): ApiError {
  return new UnsupportedMediaTypeError("BAD_REQUEST", message);
}

export class UnsupportedMediaTypeError extends ApiError {}
