import { JsonWriter } from "./json-writer.ts";
import type { FieldType, MessageType, ValueKind } from "./message-types.ts";
import { KnownValues } from "./known-values.ts";
import { MessageWalker } from "./message-walker.ts";
import { ProtobufBytes, ProtobufRefusedError } from "./protobuf-bytes.ts";
import { takeEntries, toBoolean, toInt32, wrappedTypes } from "./protobuf-fields.ts";
import { ShortTexts } from "./short-texts.ts";
import type { SkippedBytes } from "./skipped-cutter.ts";
import { TimeWriter } from "./write-time.ts";

type JsonObject = Record<string, unknown>;

/**
 * Reads a message of protobuf as the value that JSON.parse gives for what MessageTranscoder writes of it, only that the fields of an object may stand in another
 * order. Nothing is passed over: what its types do not know, or know otherwise, is refused with a throw. Values within the object may be those of other objects
 * too (see KnownValues): nobody may write into them.
 */
export class MessageReader extends MessageWalker<JsonObject> {
  /** What was skipped last, of the message that was read last. */
  readonly skipped: Readonly<SkippedBytes>;
  readonly #skipped: SkippedBytes = { from: 0, to: 0 };
  readonly #out = new JsonWriter();
  readonly #times = new TimeWriter(this.#out);
  readonly #strings = new ShortTexts((bytes, from, to) => this.#toText(bytes, from, to));
  readonly #timeTexts = new ShortTexts((bytes, from, to) => this.#toTime(bytes, from, to, "time"));
  readonly #known = new KnownValues();
  readonly #intOrString = wrappedTypes.named("IntOrString");
  readonly #wrapper = wrappedTypes.named("Wrapper");

  constructor() {
    super();
    this.skipped = this.#skipped;
  }

  /** The message from where `source` is up to `to`, put into `target`. Throws ProtobufRefusedError. */
  readInto(target: JsonObject, source: ProtobufBytes, to: number, type: MessageType): void {
    if (to > source.bytes.length) throw new ProtobufRefusedError("a message ends too early");
    this.#skipped.to = 0;
    this.walk(target, source, to, type);
  }

  protected override member(target: JsonObject, source: ProtobufBytes, to: number, field: FieldType): void {
    const { value, message, name } = field;
    if (field.isInline) this.walk(target, source, to, message!);
    else if (field.isSkipped) this.#skip(source, to);
    else if (field.leftOut === "span" && source.at === to) return;
    else if (field.leftOut === "number" && source.bytes[source.at] === 0) source.at++;
    else if (field.isRepeated) target[name] = this.#several(source, to, field);
    else target[name] = this.#value(source, to, value, message);
  }

  #skip(source: ProtobufBytes, to: number): void {
    this.#skipped.from = source.at;
    this.#skipped.to = to;
    source.at = to;
  }

  #value(source: ProtobufBytes, to: number, kind: ValueKind, message: MessageType | undefined): unknown {
    const { at } = source;
    switch (kind) {
      case "string":
        source.at = to;
        return this.#strings.get(source.bytes, at, to);
      case "message":
        return this.#message(source, to, message!);
      case "bool":
        return toBoolean(source.signed(to));
      case "int32":
        return toInt32(source.signed(to));
      case "int64":
        return Number(source.signed(to));
      default:
        return this.#special(source, to, kind);
    }
  }

  #message(source: ProtobufBytes, to: number, type: MessageType): object {
    const from = source.at;
    const hash = this.#known.hash(source, to);
    if (hash === 0) return this.#object(source, to, type);
    const known = this.#known.get(hash, source, to, type);
    if (known !== undefined) {
      source.at = to;
      return known;
    }
    const made = this.#object(source, to, type);
    // Whoever reads it again is to learn again what is skipped at its end.
    if (this.#skipped.to !== to) this.#known.put(hash, source, from, to, type, made);
    return made;
  }

  /** All of a list or a map, which its field tells apart from a message in it. */
  #several(source: ProtobufBytes, to: number, field: FieldType): object {
    const from = source.at;
    const hash = this.#known.hash(source, to);
    const known = hash === 0 ? undefined : this.#known.get(hash, source, to, field);
    if (known !== undefined) {
      source.at = to;
      return known;
    }
    const { shape, value, message } = field;
    const made = shape === "list" ? this.#list(source, to, value, message) : this.#map(source, to, value, message);
    if (hash !== 0) this.#known.put(hash, source, from, to, field, made);
    return made;
  }

  #object(source: ProtobufBytes, to: number, type: MessageType): JsonObject {
    const made: JsonObject = {};
    this.walk(made, source, to, type);
    return made;
  }

  #special(source: ProtobufBytes, to: number, kind: ValueKind): unknown {
    const { at, bytes } = source;
    if (kind === "intstr") {
      const { type, intVal, strVal } = this.#object(source, to, this.#intOrString);
      if (type !== 0 && type !== 1) throw new ProtobufRefusedError("neither an int nor a string");
      return type === 0 ? intVal : strVal;
    }
    if (kind === "quantity" || kind === "raw") {
      const text = this.#object(source, to, this.#wrapper)["text"] as string | undefined;
      // The zero of resource.Quantity.
      if (kind === "quantity") return text === undefined || text === "" ? "0" : text;
      return text === undefined ? null : parseRaw(text);
    }
    source.at = to;
    if (kind === "bytes") return bytes.toString("base64", at, to);
    if (at === to) return null;
    return kind === "time" ? this.#timeTexts.get(bytes, at, to) : this.#toTime(bytes, at, to, "micro");
  }

  #list(source: ProtobufBytes, to: number, value: ValueKind, message: MessageType | undefined): unknown[] {
    const list: unknown[] = [];
    while (source.at < to) {
      const tag = source.small(to);
      list.push(this.#value(source, (tag & 7) === 0 ? to : source.span(to), value, message));
    }
    return list;
  }

  #map(source: ProtobufBytes, to: number, value: ValueKind, message: MessageType | undefined): JsonObject {
    const map: JsonObject = {};
    takeEntries(source, to, value, (keyFrom, keyTo, valueTo) => {
      const key = this.#strings.get(source.bytes, keyFrom, keyTo);
      // An assignment would not make such a member.
      if (key === "__proto__") throw new ProtobufRefusedError("a map has a key that objects have themselves");
      map[key] = valueTo === undefined ? "" : this.#value(source, valueTo, value, message);
    });
    return map;
  }

  /** What Go writes where nothing came, and that is not left out. */
  protected override missing(
    target: JsonObject,
    nothing: ProtobufBytes,
    { name, shape, value, message, isInline }: FieldType,
  ): void {
    if (isInline) this.walk(target, nothing, 0, message!);
    // Go cannot tell a list of nothing from none in protobuf.
    else if (shape !== "one" || value === "bytes") target[name] = null;
    else if (value === "int32" || value === "int64") target[name] = 0;
    else if (value === "bool") target[name] = false;
    else target[name] = this.#value(nothing, 0, value, message);
  }

  #toText(bytes: Buffer, from: number, to: number): string {
    const text = bytes.toString("utf8", from, to);
    // Go puts one such character for each byte that is no UTF-8.
    if (!text.includes("\ufffd")) return text;
    this.#out.restart();
    this.#out.string(bytes, from, to);
    return JSON.parse(this.#out.text()) as string;
  }

  #toTime(bytes: Buffer, from: number, to: number, precision: "time" | "micro"): string {
    this.#out.restart();
    const source = new ProtobufBytes(bytes, from);
    this.#times.write(source, to, precision);
    return this.#out.text(1);
  }
}

function parseRaw(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new ProtobufRefusedError("what is to be JSON is none", { cause });
  }
}
