import { FrameTooLongError } from "./line-splitter.ts";
import type { FrameSplitter } from "./line-splitter.ts";

/** Before each frame its length: four bytes, the first the highest (k8s.io/apimachinery, util/framer, length delimited). */
const headBytes = 4;

/** As the line splitter, for frames that say their length; `rest` comes with that before it. `maxBytes` bounds one frame. */
export function createLengthSplitter(maxBytes: number): FrameSplitter {
  let held: Buffer[] = [];
  let heldBytes = 0;
  /** With its length; what is missing to know that is not known yet either. */
  let frameBytes = headBytes;
  const take = (): Buffer => {
    const all = held.length === 1 ? held[0]! : Buffer.concat(held);
    held = [];
    heldBytes = 0;
    frameBytes = headBytes;
    return all;
  };
  return {
    push(chunk) {
      // As kube-apiserver writes them: the length by itself, then the frame.
      if (heldBytes === headBytes && chunk.length === frameBytes - headBytes) {
        take();
        return [chunk];
      }
      held.push(chunk);
      heldBytes += chunk.length;
      // A frame of many chunks is put together once.
      if (heldBytes < frameBytes) return [];
      const bytes = take();
      const frames: Buffer[] = [];
      let from = 0;
      while (bytes.length - from >= headBytes) {
        const length = bytes.readUInt32BE(from);
        if (length > maxBytes) throw new FrameTooLongError(`a frame is longer than ${maxBytes} bytes`);
        frameBytes = headBytes + length;
        if (bytes.length - from < frameBytes) break;
        frames.push(bytes.subarray(from + headBytes, from + frameBytes));
        from += frameBytes;
        frameBytes = headBytes;
      }
      if (from < bytes.length) {
        held.push(bytes.subarray(from));
        heldBytes = bytes.length - from;
      }
      return frames;
    },
    rest: take,
  };
}
