import type { KubeList } from "../kube/client.ts";
import { KubeError } from "../kube/kube-error.ts";
import { gatherParts } from "./gather-parts.ts";
import type { Answer } from "./link.ts";
import { toGuardedPieces, toPage } from "./list-answer.ts";
import type { ListAnswerOptions } from "./list-answer.ts";
import { ItemReader, cutList, findItems, walkPart } from "./list-pieces.ts";
import type { ItemType } from "./list-pieces.ts";

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
  let head: { readonly bytes: Buffer; readonly page: Omit<KubeList, "items"> } | undefined;
  for await (const part of gatherParts(answer, maxBytes)) {
    const { bytes } = part;
    if (part.isLast) {
      yield toLastPart(head === undefined ? bytes : Buffer.concat([head.bytes, bytes]), options);
      return;
    }
    if (head === undefined) {
      const found = findItems(bytes);
      if (found === undefined) continue;
      part.from = found.start;
      head = { bytes: Buffer.from(bytes.subarray(0, part.from)), page: toPage(found.envelope, cluster, what) };
    }
    const pieces = toGuardedPieces(walkPart(part, reader), options);
    yield { ...head.page, items: [], pieces };
    // What nobody has looked at is left out all the same.
    for (const _item of pieces);
  }
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
