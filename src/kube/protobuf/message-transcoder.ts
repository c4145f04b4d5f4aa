import type { FieldType, MessageType, ValueKind } from "./message-types.ts";
import { JsonWriter, toAsciiWords } from "./json-writer.ts";
import type { AsciiWords } from "./json-writer.ts";
import { KnownValues } from "./known-values.ts";
import { MessageWalker } from "./message-walker.ts";
import { ProtobufBytes, ProtobufRefusedError } from "./protobuf-bytes.ts";
import { fieldAt, takeEntries, toBoolean, toInt32, wrappedTypes } from "./protobuf-fields.ts";
import { TimeWriter } from "./write-time.ts";

const [openBrace, closeBrace, openBracket, closeBracket, comma, colon] = [0x7b, 0x7d, 0x5b, 0x5d, 0x2c, 0x3a];
const [none, yes, no, nothing] = [
  toAsciiWords("null"),
  toAsciiWords("true"),
  toAsciiWords("false"),
  toAsciiWords('""'),
] as const;

/**
 * Writes what a message of protobuf says as kube-apiserver writes it in JSON, byte for byte: fields in the order of the Go types, with Go's escapes, and what
 * Go leaves out left out. Nothing is passed over: what its types do not know, or know otherwise, is refused with a throw. One object may be
 * written at a time.
 */
export class MessageTranscoder extends MessageWalker<number> {
  readonly #out = new JsonWriter();
  readonly #times = new TimeWriter(this.#out);
  /** Parts of objects as they were written before. */
  readonly #known = new KnownValues();
  readonly #intOrString = wrappedTypes.named("IntOrString");
  readonly #wrapper = wrappedTypes.named("Wrapper");
  /** For each message that is open: where the value of each field begins and ends, 0 where there is none. */
  #slots = new Int32Array(4_096);

  /**
   * JSON of the message between the two, with `head` - members in ASCII, a comma before each - before its own. Throws ProtobufRefusedError.
   */
  toJson(bytes: Buffer, from: number, to: number, type: MessageType, head?: AsciiWords): string {
    this.#out.restart();
    const source = new ProtobufBytes(bytes, from);
    if (to > bytes.length) throw new ProtobufRefusedError("a message ends too early");
    if (head !== undefined) this.#out.ascii(head);
    this.#members(source, to, type, 0);
    this.#out.wrap(0, openBrace, closeBrace);
    return this.#out.text();
  }

  #message(source: ProtobufBytes, to: number, type: MessageType, base: number): void {
    const from = source.at;
    const hash = this.#known.hash(source, to);
    if (hash !== 0 && this.#hasWritten(hash, source, to, type)) return;
    const start = this.#out.length;
    this.#members(source, to, type, base);
    this.#out.wrap(start, openBrace, closeBrace);
    if (hash !== 0) this.#remember(hash, source, from, to, type, start);
  }

  /** All of a list or a map, which its field tells apart from a message in it. */
  #several(source: ProtobufBytes, to: number, field: FieldType, base: number): void {
    const from = source.at;
    const hash = this.#known.hash(source, to);
    if (hash !== 0 && this.#hasWritten(hash, source, to, field)) return;
    const start = this.#out.length;
    if (field.shape === "list") this.#list(source, to, field, base);
    else this.#map(source, to, field, base);
    if (hash !== 0) this.#remember(hash, source, from, to, field, start);
  }

  /** Writes what was written of the same bytes before, if that is kept. */
  #hasWritten(hash: number, source: ProtobufBytes, to: number, type: object): boolean {
    const known = this.#known.get(hash, source, to, type);
    if (known === undefined) return false;
    this.#out.ascii(known as AsciiWords);
    source.at = to;
    return true;
  }

  #remember(hash: number, source: ProtobufBytes, from: number, to: number, type: object, start: number): void {
    // Copied only where the copy is kept.
    const written = this.#known.isDue(hash) ? this.#out.asciiFrom(start) : none;
    if (written !== undefined) this.#known.put(hash, source, from, to, type, written);
  }

  /** Each with a comma before it. */
  #members(source: ProtobufBytes, to: number, type: MessageType, base: number): void {
    if (type.isInOrder) return this.walk(base, source, to, type);
    const above = base + 2 * type.size;
    this.#scan(source, to, type, base);
    for (const field of type.fields) {
      const slot = base + 2 * field.slot;
      const end = this.#slots[slot + 1]!;
      source.at = this.#slots[slot]!;
      if (end !== 0) this.member(above, source, end, field);
      else if (field.isRequired) this.missing(above, this.nothing, field);
    }
    source.at = to;
  }

  /** Finds the fields of a message, which come in the order of their numbers. */
  #scan(source: ProtobufBytes, to: number, { byTag, size, name }: MessageType, base: number): void {
    if (base + 2 * size > this.#slots.length) this.#slots = grown(this.#slots);
    const slots = this.#slots;
    for (let at = base; at < base + 2 * size; at++) slots[at] = 0;
    let last = -1;
    while (source.at < to) {
      const start = source.at;
      const { slot, tag, isRepeated } = fieldAt(source, to, byTag, name);
      if (slot < last || (slot === last && !isRepeated))
        throw new ProtobufRefusedError(`the fields of ${name} are not in order`);
      const at = base + 2 * slot;
      if (slot !== last) slots[at] = start;
      last = slot;
      if ((tag & 7) === 0) {
        if (!isRepeated) slots[at] = source.at;
        source.skipVarint(to);
      } else {
        const end = source.span(to);
        if (!isRepeated) slots[at] = source.at;
        source.at = end;
      }
      slots[at + 1] = source.at;
    }
  }

  /** One that is there; what it holds is read. */
  protected override member(base: number, source: ProtobufBytes, to: number, field: FieldType): void {
    const { value, message } = field;
    if (field.isInline) this.#members(source, to, message!, base);
    else if (field.leftOut === "span" && source.at === to) return;
    else if (field.leftOut === "number" && source.bytes[source.at] === 0) source.at++;
    else {
      this.#out.ascii(field.key);
      if (field.isRepeated) this.#several(source, to, field, base);
      else this.#value(source, to, value, message, base);
    }
  }

  #value(source: ProtobufBytes, to: number, kind: ValueKind, message: MessageType | undefined, base: number): void {
    const out = this.#out;
    switch (kind) {
      case "string":
        out.string(source.bytes, source.at, to);
        break;
      case "message":
        this.#message(source, to, message!, base);
        break;
      case "bool":
        out.ascii(toBoolean(source.signed(to)) ? yes : no);
        return;
      case "int32":
        out.integer(toInt32(source.signed(to)));
        return;
      case "int64":
        out.integer(source.signed(to));
        return;
      case "time":
      case "micro":
        return this.#times.write(source, to, kind);
      case "bytes":
        out.base64(source.bytes, source.at, to);
        break;
      default:
        this.#special(source, to, kind, base);
    }
    source.at = to;
  }

  /** What is a message in protobuf and something else in JSON. */
  #special(source: ProtobufBytes, to: number, kind: "quantity" | "intstr" | "raw", base: number): void {
    const out = this.#out;
    const slots = (slot: number): number => this.#slots[base + slot]!;
    if (kind === "intstr") {
      this.#scan(source, to, this.#intOrString, base);
      source.at = slots(0);
      const type = slots(1) === 0 ? 0 : source.signed(slots(1));
      if (type !== 0 && type !== 1) throw new ProtobufRefusedError("neither an int nor a string");
      const at = type === 0 ? 2 : 4;
      source.at = slots(at);
      if (type === 0) out.integer(slots(3) === 0 ? 0 : toInt32(source.signed(slots(3))));
      else out.string(source.bytes, source.at, slots(5));
      return;
    }
    this.#scan(source, to, this.#wrapper, base);
    if (kind === "raw") {
      if (slots(1) === 0) return out.ascii(none);
      const json = Buffer.from(source.bytes.subarray(slots(0), slots(1)));
      return this.#compact(json);
    }
    // The zero of resource.Quantity.
    if (slots(1) === slots(0)) return out.raw('"0"');
    out.string(source.bytes, slots(0), slots(1));
  }

  /** JSON within the object, as encoding/json writes what a Marshaler gave: without spaces, with its own escapes. */
  #compact(json: Buffer): void {
    const text = json.toString("utf8");
    try {
      JSON.parse(text);
    } catch (cause) {
      throw new ProtobufRefusedError("what is to be JSON is none", { cause });
    }
    // Only in strings can the characters stand that it escapes.
    const compacted = text.replaceAll(/"(?:[^"\\]|\\.)*"|[ \t\r\n]+/gu, (part) =>
      part.startsWith('"')
        ? part.replaceAll(
            /[<>&\u2028\u2029]/gu,
            (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
          )
        : "",
    );
    this.#out.utf8(compacted);
  }

  #list(source: ProtobufBytes, to: number, { value, message }: FieldType, base: number): void {
    const out = this.#out;
    const start = out.length;
    while (source.at < to) {
      const tag = source.small(to);
      out.byte(comma);
      this.#value(source, (tag & 7) === 0 ? to : source.span(to), value, message, base);
    }
    out.wrap(start, openBracket, closeBracket);
  }

  #map(source: ProtobufBytes, to: number, { value, message }: FieldType, base: number): void {
    const out = this.#out;
    const start = out.length;
    takeEntries(source, to, value, (keyFrom, keyTo, valueTo) => {
      out.byte(comma);
      out.string(source.bytes, keyFrom, keyTo);
      out.byte(colon);
      if (valueTo === undefined) out.ascii(nothing);
      else this.#value(source, valueTo, value, message, base);
    });
    out.wrap(start, openBrace, closeBrace);
  }

  /** What Go writes where nothing came, and that is not left out. */
  protected override missing(
    base: number,
    empty: ProtobufBytes,
    { key, shape, value, message, isInline }: FieldType,
  ): void {
    if (isInline) return this.#members(empty, 0, message!, base);
    const out = this.#out;
    out.ascii(key);
    // Go cannot tell a list of nothing from none in protobuf.
    if (shape !== "one" || value === "bytes") out.ascii(none);
    else if (value === "int32" || value === "int64") out.integer(0);
    else if (value === "bool") out.ascii(no);
    else this.#value(empty, 0, value, message, base);
  }
}

function grown(slots: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(2 * slots.length);
  larger.set(slots);
  return larger;
}
