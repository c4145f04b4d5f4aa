/** Cuts a stream of bytes into frames. Nothing is decoded across a cut, so a character split over two chunks stays whole. */
export interface FrameSplitter {
  /** The frames that end in this chunk, without what stands between them; views on the chunk where it holds the whole frame. Throws FrameTooLongError past the limit. */
  push(chunk: Buffer): Buffer[];
  /** What came after the last frame. */
  rest(): Buffer;
}

/** A frame of more than the allowed length: the stream cannot be followed any further. */
export class FrameTooLongError extends Error {
  override readonly name = "FrameTooLongError";
}

const newline = 0x0a;

/** Frames are lines. `maxBytes` bounds one, and so the memory a server can make us hold. */
export function createLineSplitter(maxBytes: number): FrameSplitter {
  let held: Buffer[] = [];
  let heldBytes = 0;
  const take = (last: Buffer): Buffer => {
    if (held.length === 0) return last;
    const line = Buffer.concat([...held, last]);
    held = [];
    heldBytes = 0;
    return line;
  };
  const check = (bytes: number): void => {
    if (bytes > maxBytes) throw new FrameTooLongError(`a line is longer than ${maxBytes} bytes`);
  };
  return {
    push(chunk) {
      const lines: Buffer[] = [];
      let from = 0;
      for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, from)) {
        check(heldBytes + at - from);
        const line = take(chunk.subarray(from, at));
        if (line.length > 0) lines.push(line);
        from = at + 1;
      }
      if (from < chunk.length) {
        held.push(chunk.subarray(from));
        heldBytes += chunk.length - from;
        check(heldBytes);
      }
      return lines;
    },
    rest() {
      return take(Buffer.alloc(0));
    },
  };
}
