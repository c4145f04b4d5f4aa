import { toAsciiWords } from "./json-writer.ts";
import type { AsciiWords, JsonWriter } from "./json-writer.ts";
import { ProtobufRefusedError } from "./protobuf-bytes.ts";
import type { ProtobufBytes } from "./protobuf-bytes.ts";

const daySeconds = 86_400;
/** Seconds since the epoch of what four digits of a year can say. */
const [firstSecond, endSecond] = [-62_135_596_800, 253_402_300_800];
/** Days whose dates are kept. */
const maxDates = 1_000;
const micros = toAsciiWords(".");
const end = toAsciiWords('Z"');
const none = toAsciiWords("null");
const colon = toAsciiWords(":");

/** Writes times as metav1.Time and metav1.MicroTime do: RFC 3339 in UTC, null where there is none. */
export class TimeWriter {
  readonly #out: JsonWriter;
  /** `"2026-11-21T` by day: most times of a list are of few days. */
  readonly #dates = new Map<number, AsciiWords>();

  constructor(out: JsonWriter) {
    this.#out = out;
  }

  /** A Timestamp (1 seconds, 2 nanos) up to `to`. Throws ProtobufRefusedError. */
  write(source: ProtobufBytes, to: number, precision: "time" | "micro"): void {
    const out = this.#out;
    if (source.at === to) return out.ascii(none);
    const seconds = member(source, to, 0x08);
    const nanos = member(source, to, 0x10);
    if (source.at !== to || seconds <= firstSecond || seconds >= endSecond || nanos < 0 || nanos >= 1e9)
      throw new ProtobufRefusedError("a time is none");
    const day = Math.floor(seconds / daySeconds);
    const second = seconds - day * daySeconds;
    out.ascii(this.#dates.get(day) ?? this.#dateOf(day));
    out.digits(Math.floor(second / 3_600), 2);
    out.ascii(colon);
    out.digits(Math.floor(second / 60) % 60, 2);
    out.ascii(colon);
    out.digits(second % 60, 2);
    if (precision === "micro") {
      out.ascii(micros);
      out.digits(Math.floor(nanos / 1_000), 6);
    }
    out.ascii(end);
  }

  #dateOf(day: number): AsciiWords {
    if (this.#dates.size === maxDates) this.#dates.clear();
    const date = toAsciiWords(`"${new Date(1_000 * daySeconds * day).toISOString().slice(0, 11)}`);
    this.#dates.set(day, date);
    return date;
  }
}

/** 0 where it is missing. */
function member(source: ProtobufBytes, to: number, tag: number): number {
  if (source.at >= to || source.bytes[source.at] !== tag) return 0;
  source.at++;
  return Number(source.signed(to));
}
