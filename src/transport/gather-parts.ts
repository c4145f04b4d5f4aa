import type { Answer } from "./link.ts";
import { BodyTooLargeError } from "./response-body.ts";

/** What is gathered before it is cut: some dozens of objects, and little to wait for. */
const partBytes = 262_144;

/** Bytes of an answer, until the next ones are asked for. */
export interface GatheredPart {
  readonly bytes: Buffer;
  /** Set by whoever reads it, to where what it could not use yet begins: that comes again, with more behind it. */
  from: number;
  readonly isLast: boolean;
}

/**
 * The bytes of an answer as they come, of which only one part is held; the server waits while a part is looked at. The last may be empty. The answer is released at the end, or
 * where nobody reads on. Throws KubeError, also where what is not used yet grows beyond `maxBytes`.
 */
export async function* gatherParts(answer: Answer, maxBytes: number): AsyncGenerator<GatheredPart, void, undefined> {
  // One buffer for all parts: to ask for memory for each costs more than to copy into it.
  let buffer: Buffer = Buffer.allocUnsafeSlow(2 * partBytes);
  let held = 0;
  try {
    for await (const chunk of answer.body) {
      if (held + chunk.length > buffer.length) buffer = grown(buffer, held, 2 * (held + chunk.length));
      held += chunk.copy(buffer, held);
      if (held > maxBytes) throw new BodyTooLargeError(`what cannot be cut is longer than ${maxBytes} bytes`);
      if (held < partBytes) continue;
      const part: GatheredPart = { bytes: buffer.subarray(0, held), from: 0, isLast: false };
      yield part;
      buffer.copyWithin(0, part.from, held);
      held -= part.from;
    }
  } catch (cause) {
    throw answer.toError(cause);
  } finally {
    answer.release();
  }
  yield { bytes: buffer.subarray(0, held), from: 0, isLast: true };
}

/** A larger buffer with the same beginning. */
function grown(buffer: Buffer, held: number, size: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(size);
  buffer.copy(larger, 0, 0, held);
  return larger;
}
