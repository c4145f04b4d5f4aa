import type { KubeList } from "../kube/client.ts";
import { KubeError } from "../kube/kube-error.ts";
import type { Answer } from "./link.ts";
import { toGuardedPieces, toPage } from "./list-answer.ts";
import type { ListAnswerOptions } from "./list-answer.ts";
import { ItemReader, cutList, findItems, walkPart } from "./list-pieces.ts";
import type { ItemType } from "./list-pieces.ts";
import { BodyTooLargeError } from "./response-body.ts";

/** What is gathered before it is cut: some dozens of objects, and little to wait for. */
const partBytes = 262_144;

/**
 * A list as its answer comes, in parts of some dozens of items: the first can be worked in while the server still makes the last. Of the bytes only one part
 * is held, and the server waits while a part is walked. Throws KubeError as readList does; what came before was true.
 */
export async function* readListParts(
  answer: Answer,
  options: ListAnswerOptions & { readonly piecesOf: ItemType },
): AsyncGenerator<KubeList, void, undefined> {
  const { maxBytes, cluster, what, piecesOf } = options;
  const reader = new ItemReader(piecesOf);
  // One buffer for all parts: to ask for memory for each costs more than to copy into it.
  let buffer: Buffer = Buffer.allocUnsafeSlow(2 * partBytes);
  let held = 0;
  let head: { readonly bytes: Buffer; readonly page: Omit<KubeList, "items"> } | undefined;
  try {
    for await (const chunk of answer.body) {
      if (held + chunk.length > buffer.length) buffer = grown(buffer, held, 2 * (held + chunk.length));
      held += chunk.copy(buffer, held);
      if (held > maxBytes) throw new BodyTooLargeError(`what cannot be cut is longer than ${maxBytes} bytes`);
      if (held < partBytes) continue;
      const bytes = buffer.subarray(0, held);
      let from = 0;
      if (head === undefined) {
        const found = findItems(bytes);
        if (found !== undefined) {
          from = found.start;
          head = { bytes: Buffer.from(bytes.subarray(0, from)), page: toPage(found.envelope, cluster, what) };
        }
      }
      if (head !== undefined) {
        const part = { bytes, from };
        const items = walkPart(part, reader);
        yield { ...head.page, items: [], pieces: toGuardedPieces(items, options) };
        // What nobody has looked at is left out all the same.
        for (const _item of items);
        ({ from } = part);
      }
      buffer.copyWithin(0, from, held);
      held -= from;
    }
  } catch (cause) {
    throw answer.toError(cause);
  } finally {
    answer.release();
  }
  const last = buffer.subarray(0, held);
  yield toLastPart(head === undefined ? last : Buffer.concat([head.bytes, last]), options);
}

/** A larger buffer with the same beginning. */
function grown(buffer: Buffer, held: number, size: number): Buffer {
  const larger = Buffer.allocUnsafeSlow(size);
  buffer.copy(larger, 0, 0, held);
  return larger;
}

/** Whatever was not given yet, as a list of its own. */
function toLastPart(bytes: Buffer, options: ListAnswerOptions & { readonly piecesOf: ItemType }): KubeList {
  const { cluster, what, piecesOf } = options;
  const cut = cutList(bytes, piecesOf);
  if (cut !== undefined)
    return { ...toPage(cut.envelope, cluster, what), items: [], pieces: toGuardedPieces(cut.items, options) };
  try {
    const list = JSON.parse(bytes.toString("utf8")) as { readonly items?: readonly unknown[] | null };
    return { ...toPage(list, cluster, what), items: list.items ?? [] };
  } catch (cause) {
    if (cause instanceof KubeError) throw cause;
    const message = `the answer for ${what} is not JSON`;
    throw new KubeError({ reason: "MalformedResponse", message, cluster, cause });
  }
}
