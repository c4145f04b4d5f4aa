import type { KubeList, KubeListItem } from "../kube/client.ts";
import { KubeError } from "../kube/kube-error.ts";
import { ProtobufRefusedError } from "../kube/protobuf/protobuf-bytes.ts";
import type { ProtobufList, ProtobufListHead } from "../kube/protobuf/protobuf-list.ts";
import type { Answer } from "./link.ts";
import { gatherParts } from "./gather-parts.ts";
import { toPage } from "./list-answer.ts";

export interface ProtobufAnswerOptions {
  readonly maxBytes: number;
  readonly cluster: string;
  /** "pods": for messages. */
  readonly what: string;
  readonly list: ProtobufList;
}

/** Why a list has to be asked for as JSON. */
export interface ProtobufRefusal {
  readonly error: ProtobufRefusedError;
  /** Of the parts that were given before, all of which are true. */
  readonly resourceVersion: string | undefined;
}

/**
 * As readListParts, of a list in protobuf. It is complete where nothing is returned; where it holds what is not known, its rest is given up, and what
 * was refused is returned. Throws KubeError: "MalformedResponse" where the answer ends before the list.
 */
export async function* readProtobufParts(
  answer: Answer,
  options: ProtobufAnswerOptions,
): AsyncGenerator<KubeList, ProtobufRefusal | undefined, undefined> {
  const { maxBytes, cluster, what, list } = options;
  let head: { readonly page: Omit<KubeList, "items">; left: number } | undefined;
  try {
    for await (const part of gatherParts(answer, maxBytes)) {
      if (head === undefined) {
        const found: ProtobufListHead = list.begin(part.bytes);
        part.from = found.start;
        head = { page: toPage(found.envelope, cluster, what), left: found.end - found.start };
      }
      const state: { refused?: ProtobufRefusedError } = {};
      const start = part.from;
      const pieces = untilRefused(list.walk(part, start + head.left), state);
      yield { ...head.page, items: [], pieces };
      // What nobody has looked at is left out all the same.
      for (const _item of pieces);
      if (state.refused !== undefined) throw state.refused;
      head.left -= part.from - start;
      if (!part.isLast) continue;
      if (head.left > 0) throw endsEarly(cluster, what);
      list.finish(part.bytes, part.from);
    }
  } catch (error) {
    if (!(error instanceof ProtobufRefusedError)) throw error;
    return { error, resourceVersion: head?.page.resourceVersion };
  }
  return undefined;
}

/**
 * A short list in protobuf, or what was refused instead, where it holds what is not known. One that is complete is read at once: whoever walks it has nothing to wait for. A page that
 * others follow is mostly not looked at, and read as it is walked: that may throw "MalformedResponse", having told `onRefused`, and is then to be asked for
 * again. Throws KubeError as readProtobufParts does.
 */
export async function readProtobufList(
  answer: Answer,
  options: ProtobufAnswerOptions & { readonly onRefused: (error: ProtobufRefusedError) => void },
): Promise<KubeList | ProtobufRefusedError> {
  const { maxBytes, cluster, what, list, onRefused } = options;
  let bytes: Buffer;
  try {
    bytes = await answer.body.read(maxBytes);
  } catch (cause) {
    throw answer.toError(cause);
  } finally {
    answer.release();
  }
  try {
    const { envelope, start, end } = list.begin(bytes);
    if (end > bytes.length) throw endsEarly(cluster, what);
    list.finish(bytes, end);
    const page = toPage(envelope, cluster, what);
    const items = list.walk({ bytes, from: start }, end);
    if (page.continue !== undefined) return { ...page, items: [], pieces: orMalformed(items, options) };
    return { ...page, items: [], pieces: [...items] };
  } catch (error) {
    if (!(error instanceof ProtobufRefusedError)) throw error;
    onRefused(error);
    return error;
  }
}

function* orMalformed(
  items: Iterable<KubeListItem>,
  { cluster, what, onRefused }: Parameters<typeof readProtobufList>[1],
): Generator<KubeListItem, void, undefined> {
  const state: { refused?: ProtobufRefusedError } = {};
  yield* untilRefused(items, state);
  if (state.refused === undefined) return;
  onRefused(state.refused);
  const message = `the answer for ${what} holds what is not known, and is to be asked for as JSON`;
  throw new KubeError({ reason: "MalformedResponse", message, cluster, cause: state.refused });
}

function* untilRefused(
  items: Iterable<KubeListItem>,
  state: { refused?: ProtobufRefusedError },
): Generator<KubeListItem, void, undefined> {
  try {
    yield* items;
  } catch (error) {
    if (!(error instanceof ProtobufRefusedError)) throw error;
    state.refused = error;
  }
}

function endsEarly(cluster: string, what: string): KubeError {
  return new KubeError({ reason: "MalformedResponse", message: `the answer for ${what} ends too early`, cluster });
}
