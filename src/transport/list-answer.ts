import type { KubeList, KubeListItem } from "../kube/client.ts";
import { KubeError } from "../kube/kube-error.ts";
import type { Answer } from "./link.ts";
import { cutList } from "./list-pieces.ts";
import type { CutList, ItemType } from "./list-pieces.ts";

export interface ListAnswerOptions {
  readonly maxBytes: number;
  readonly cluster: string;
  /** "pods": for messages. */
  readonly what: string;
  /** Set: it comes in pieces, without managedFields, where it can be cut. */
  readonly piecesOf: ItemType | undefined;
}

/** The list that an answer holds, which is released. Throws KubeError: "MalformedResponse" where it is none or too long. */
export async function readList(answer: Answer, options: ListAnswerOptions): Promise<KubeList> {
  const { maxBytes, cluster, what, piecesOf } = options;
  let cut: CutList | undefined;
  let body: unknown;
  try {
    const bytes = await answer.body.read(maxBytes);
    cut = piecesOf === undefined ? undefined : cutList(bytes, piecesOf);
    body = cut === undefined ? JSON.parse(bytes.toString("utf8")) : cut.envelope;
  } catch (cause) {
    throw answer.toError(cause);
  } finally {
    answer.release();
  }
  const page = toPage(body, cluster, what);
  if (cut === undefined) return { ...page, items: (body as { readonly items: readonly unknown[] | null }).items ?? [] };
  return { ...page, items: [], pieces: toGuardedPieces(cut.items, options) };
}

/** What a list says of itself. Throws KubeError "MalformedResponse" where that is no list. */
export function toPage(body: unknown, cluster: string, what: string): Omit<KubeList, "items"> {
  const { items, metadata } = (body ?? {}) as { readonly items?: unknown; readonly metadata?: ListMeta };
  const resourceVersion = metadata?.resourceVersion;
  // Go writes an empty slice that was never made as null.
  if (!(Array.isArray(items) || items === null) || typeof resourceVersion !== "string") {
    throw new KubeError({ reason: "MalformedResponse", message: `the answer for ${what} is not a list`, cluster });
  }
  const { continue: next, remainingItemCount: remaining } = metadata ?? {};
  return {
    resourceVersion,
    ...(typeof next === "string" && next !== "" ? { continue: next } : {}),
    ...(typeof remaining === "number" ? { remainingItemCount: remaining } : {}),
  };
}

interface ListMeta {
  readonly resourceVersion?: unknown;
  readonly continue?: unknown;
  readonly remainingItemCount?: unknown;
}

/** The items, with what goes wrong among them as a KubeError. */
export function toGuardedPieces(
  items: Iterable<KubeListItem>,
  { cluster, what }: Pick<ListAnswerOptions, "cluster" | "what">,
): Iterable<KubeListItem> {
  return {
    *[Symbol.iterator]() {
      try {
        yield* items;
      } catch (cause) {
        const message = `an item in the answer for ${what} is not JSON`;
        throw new KubeError({ reason: "MalformedResponse", message, cluster, cause });
      }
    },
  };
}
