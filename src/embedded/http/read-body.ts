import { parse } from "yaml";
import { badRequest, StatusError } from "../status-error.ts";
import { unsupportedMediaType } from "../unsupported.ts";
import { parseProtobufDeleteOptions } from "./protobuf-delete-options.ts";
import { parseProtobufObject } from "./protobuf-objects.ts";
import { parseProtobufReview } from "./protobuf-review.ts";

/** Of a request body, as the real server's default. */
const maximumBytes = 3 * 1024 * 1024;

const protobuf = "application/vnd.kubernetes.protobuf";

async function readBytes(request: Request): Promise<Uint8Array> {
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength > maximumBytes) {
    const message = `Request entity too large: limit is ${maximumBytes}`;
    throw new StatusError({ code: 413, reason: "RequestEntityTooLarge", message, details: {} });
  }
  return new Uint8Array(bytes);
}

export async function readText(request: Request): Promise<string> {
  return new TextDecoder().decode(await readBytes(request));
}

export function mediaTypeOf(request: Request): string {
  return (request.headers.get("content-type") ?? "").split(";")[0]!.trim().toLowerCase();
}

/** JSON, or YAML of one document. Throws 400 where it is neither. */
export function parseText(text: string, format: "json" | "yaml"): unknown {
  try {
    return format === "json" ? (JSON.parse(text) as unknown) : (parse(text) as unknown);
  } catch (error) {
    const why = error instanceof Error ? error.message : "not readable";
    throw badRequest(`the object provided is unrecognized: couldn't get version/kind; ${format} parse error: ${why}`);
  }
}

/** A body that is an object. Throws 415 for a media type that is not supported. */
export async function readBody(request: Request): Promise<unknown> {
  const type = mediaTypeOf(request);
  const text = await readText(request);
  if (type === "application/yaml") return parseText(text, "yaml");
  if (type !== "" && type !== "application/json" && type !== "*/*") throw unsupportedMediaType();
  return parseText(text, "json");
}

/** The body of a deletion, which may be left out. */
export async function readOptionalBody(request: Request): Promise<unknown> {
  const type = mediaTypeOf(request);
  if (type === protobuf) return parseProtobufDeleteOptions(await readBytes(request));
  const text = await readText(request);
  if (text.trim() === "") return undefined;
  if (type === "application/yaml") return parseText(text, "yaml");
  if (type !== "" && type !== "application/json" && type !== "*/*") throw unsupportedMediaType();
  return parseText(text, "json");
}

/** A review or a token request, which kubectl sends in protobuf alone. Throws 415 and 400. */
export async function readReview(request: Request, kind: string): Promise<unknown> {
  if (mediaTypeOf(request) !== protobuf) return readBody(request);
  return parseProtobufReview(kind, await readBytes(request));
}

/** An object to be created: `kubectl create` without a file sends some kinds in protobuf alone. Throws 415 and 400. */
export async function readNewObject(request: Request, kind: string): Promise<unknown> {
  if (mediaTypeOf(request) !== protobuf) return readBody(request);
  return parseProtobufObject(kind, await readBytes(request));
}
