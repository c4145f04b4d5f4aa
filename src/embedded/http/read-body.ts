import { parse } from "yaml";
import { badRequest, StatusError } from "../status-error.ts";
import { unsupportedMediaType } from "../unsupported.ts";
import { parseProtobufDeleteOptions } from "./protobuf-delete-options.ts";

/** Of a request body, as the real server's default. */
const maximumBytes = 3 * 1024 * 1024;

export async function readText(request: Request): Promise<string> {
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength > maximumBytes) {
    const message = `Request entity too large: limit is ${maximumBytes}`;
    throw new StatusError({ code: 413, reason: "RequestEntityTooLarge", message, details: {} });
  }
  return new TextDecoder().decode(bytes);
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
  if (type === "application/vnd.kubernetes.protobuf")
    return parseProtobufDeleteOptions(new Uint8Array(await request.arrayBuffer()));
  const text = await readText(request);
  if (text.trim() === "") return undefined;
  if (type === "application/yaml") return parseText(text, "yaml");
  if (type !== "" && type !== "application/json" && type !== "*/*") throw unsupportedMediaType();
  return parseText(text, "json");
}

/** How Kubernetes marks its protobuf envelope. */
const protobufMagic = [0x6b, 0x38, 0x73, 0x00];

/**
 * `kubectl auth can-i` and `auth whoami` know no JSON. Reviews are answered without looking at the question (there is no
 * authorization), so that their envelope is enough; every other protobuf body is refused (see unsupported.ts). Throws 415 and 400.
 */
export async function readReview(request: Request): Promise<unknown> {
  if (mediaTypeOf(request) !== "application/vnd.kubernetes.protobuf") return readBody(request);
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (!protobufMagic.every((byte, index) => bytes[index] === byte)) throw badRequest("not a protobuf envelope");
  return {};
}
