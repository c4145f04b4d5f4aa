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
  let chunks: Buffer[] = [];
  let held = 0;
  let head: { readonly bytes: Buffer; readonly page: Omit<KubeList, "items"> } | undefined;
  try {
    for await (const chunk of answer.body) {
      chunks.push(chunk);
      held += chunk.length;
      if (held > maxBytes) throw new BodyTooLargeError(`what cannot be cut is longer than ${maxBytes} bytes`);
      if (held < partBytes) continue;
      const bytes = Buffer.concat(chunks, held);
      let from = 0;
      if (head === undefined) {
        const found = findItems(bytes);
        if (found !== undefined) {
          from = found.start;
          head = { bytes: bytes.subarray(0, from), page: toPage(found.envelope, cluster, what) };
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
      chunks = [bytes.subarray(from)];
      held = bytes.length - from;
    }
  } catch (cause) {
    throw answer.toError(cause);
  } finally {
    answer.release();
  }
  yield toLastPart(Buffer.concat([...(head === undefined ? [] : [head.bytes]), ...chunks]), options);
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
