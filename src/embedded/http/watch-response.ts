import type { ApiContext } from "../api-context.ts";
import type { WatchFrame } from "../verbs/watch-objects.ts";

export interface WatchResponseOptions {
  /** Plural, for the faults. */
  readonly resource: string;
  /** What a frame's object is shown as: itself, or a table. */
  readonly show: (frame: WatchFrame) => unknown;
  readonly warnings: readonly string[];
}

/**
 * The frames of a watch as a streamed body, one JSON object a line. A slow reader is not buffered for: the next frame is made when
 * the last one is taken. Ends with the frames; cancelling the body or aborting the request ends the frames.
 */
export function toWatchResponse(
  context: ApiContext,
  frames: AsyncGenerator<WatchFrame>,
  abort: AbortController,
  { resource, show, warnings }: WatchResponseOptions,
): Response {
  const encoder = new TextEncoder();
  const { faults } = context;
  let undoCut = (): void => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const onCut = (abruptly: boolean): void => {
        if (abruptly) controller.error(new Error("connection cut"));
        abort.abort();
      };
      undoCut = faults.onCut(resource, onCut, "body");
    },
    async pull(controller) {
      try {
        const next = await frames.next();
        if (next.done === true) {
          undoCut();
          controller.close();
          return;
        }
        let line = `${JSON.stringify({ type: next.value.type, object: toShown(context, resource, show(next.value)) })}\n`;
        const torn = next.value.type !== "BOOKMARK" && faults.tearsFrame(resource);
        if (torn) line = line.slice(0, Math.floor(line.length / 2));
        controller.enqueue(encoder.encode(line));
        if (!torn) return;
        abort.abort();
        undoCut();
        await frames.return(undefined);
        controller.close();
      } catch (error) {
        undoCut();
        controller.error(error);
      }
    },
    async cancel() {
      undoCut();
      abort.abort();
      await frames.return(undefined);
    },
  });
  const headers = new Headers({ "content-type": "application/json", "cache-control": "no-cache, private" });
  for (const warning of warnings) headers.append("warning", `299 - ${JSON.stringify(warning)}`);
  return new Response(body, { status: 200, headers });
}

/** An object as sent; a fault may take its metadata. */
export function toShown(context: ApiContext, resource: string, object: unknown): unknown {
  if (!context.faults.malforms(resource)) return object;
  return { ...(object as Record<string, unknown>), metadata: null };
}
