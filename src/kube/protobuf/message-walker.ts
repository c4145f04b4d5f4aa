import type { FieldType, MessageType } from "./message-types.ts";
import { ProtobufBytes, ProtobufRefusedError } from "./protobuf-bytes.ts";
import { endOfRun, fieldAt } from "./protobuf-fields.ts";

/**
 * Walks over the fields of a message in the order of their numbers, telling of what is there and of what is missing and written all the same. `Place` is where
 * whoever walks puts it: passed on, so that nothing is made for each of millions of messages.
 */
export abstract class MessageWalker<Place> {
  /** For what is missing: it has no bytes. */
  protected readonly nothing = new ProtobufBytes(Buffer.alloc(0));

  /** All of the message up to `to`. Throws ProtobufRefusedError. */
  protected walk(place: Place, source: ProtobufBytes, to: number, { byTag, required, name }: MessageType): void {
    let next = 0;
    let ahead = 0;
    while (source.at < to) {
      const start = source.at;
      const field = fieldAt(source, to, byTag, name);
      if (field.slot < next) throw new ProtobufRefusedError(`the fields of ${name} are not in order`);
      next = field.slot + 1;
      while (ahead < required.length && required[ahead]!.slot < next) {
        const expected = required[ahead++]!;
        if (expected !== field) this.missing(place, this.nothing, expected);
      }
      let end = to;
      if (field.isRepeated) {
        end = endOfRun(source, to, field.tag);
        source.at = start;
      } else if ((field.tag & 7) === 2) end = source.span(to);
      this.member(place, source, end, field);
    }
    while (ahead < required.length) this.missing(place, this.nothing, required[ahead++]!);
  }

  /** One that is there, its bytes up to `to`: of a repeated one with their tags. `source` is then behind it. */
  protected abstract member(place: Place, source: ProtobufBytes, to: number, field: FieldType): void;

  /** What Go writes where nothing came, and that is not left out: `nothing` is where it would stand. */
  protected abstract missing(place: Place, nothing: ProtobufBytes, field: FieldType): void;
}
