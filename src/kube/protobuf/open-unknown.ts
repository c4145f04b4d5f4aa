import type { MessageTranscoder } from "./message-transcoder.ts";
import type { MessageTypes } from "./message-types.ts";
import type { ProtobufBytes } from "./protobuf-bytes.ts";
import { ProtobufRefusedError } from "./protobuf-bytes.ts";

/** Before each object of protobuf (k8s.io/apimachinery, runtime/serializer/protobuf). */
const magic = Buffer.from("k8s\0");
/** Of runtime.Unknown: what it is, and the object. */
const [typeTag, objectTag] = [0x0a, 0x12];

/** What reads the wrapping of objects of one type. */
export interface UnknownOpenerOptions {
  readonly apiVersion: string;
  readonly kind: string;
  readonly types: MessageTypes;
  readonly transcoder: MessageTranscoder;
}

/** Opens kube-apiserver's wrapping of objects of one type. */
export class UnknownOpener {
  readonly #options: UnknownOpenerOptions;
  /** All that came before the length of an object: mostly the same comes again, and need not be read. */
  #known: Buffer | undefined;

  constructor(options: UnknownOpenerOptions) {
    this.#options = options;
  }

  /**
   * Behind the object, perhaps beyond what has come; `source` is then where it begins. Throws ProtobufRefusedError where it is of another type, or too little of it is
   * there to tell.
   */
  open(source: ProtobufBytes, to: number): number {
    const from = source.at;
    if (this.#known === undefined || !startsWith(source, this.#known, to)) {
      this.#readType(source, to);
      this.#known = Buffer.from(source.bytes.subarray(from, source.at));
    }
    const length = source.small(to);
    return source.at + length;
  }

  #readType(source: ProtobufBytes, to: number): void {
    const { apiVersion, kind, types, transcoder } = this.#options;
    if (!startsWith(source, magic, to))
      throw new ProtobufRefusedError("it does not begin as Kubernetes' protobuf does");
    const typeEnd = spanOf(source, typeTag, to);
    const said = transcoder.toJson(source.bytes, source.at, typeEnd, types.named("TypeMeta"));
    if (said !== JSON.stringify({ apiVersion, kind }))
      throw new ProtobufRefusedError(`it is no ${kind} of ${apiVersion}: ${said}`);
    source.at = typeEnd;
    if (source.bytes[source.at++] !== objectTag) throw new ProtobufRefusedError("there is no object");
  }
}

/** Whether these bytes come next; `source` is then behind them. */
function startsWith(source: ProtobufBytes, start: Buffer, to: number): boolean {
  const { at, bytes } = source;
  if (start.length > to - at) return false;
  for (let index = 0; index < start.length; index++) if (bytes[at + index] !== start[index]) return false;
  source.at = at + start.length;
  return true;
}

/** Behind what this tag, which comes next, is before; `source` is then where that begins. */
export function spanOf(source: ProtobufBytes, tag: number, to: number): number {
  if (source.at >= to || source.bytes[source.at++] !== tag)
    throw new ProtobufRefusedError("another field was expected");
  return source.span(to);
}
