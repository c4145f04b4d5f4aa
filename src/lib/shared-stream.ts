/** One who may be given the messages of a stream together with others, as long as nothing waits for it. */
export interface Receiver<Message> {
  readonly audience: Audience<Message>;
  /** Whether it can take messages as they come; asked before it is taken in with the others. */
  isReady(): boolean;
}

/** Receivers who are given the same, byte for byte, of the same message. */
export interface Audience<Message> {
  /**
   * Gives the message to all of them, synchronously. Returns those that have got it but are not to be given more this way, since they do not keep up;
   * "refused": none has got it, and each is to take it for itself. `rights`: equal ones see the same of everything. Never throws.
   */
  deliver(
    message: Message,
    receivers: ReadonlyMap<Receiver<Message>, unknown>,
    rights: string,
  ): readonly Receiver<Message>[] | "refused";
}

/** A stream whose reader may be given messages while its `next` is pending; what it is given that way, `next` does not give it again. */
export interface SharedStream<Message> extends AsyncIterable<Message> {
  /** To be called once, before or while the stream is read. */
  attach(receiver: Receiver<Message>): void;
}

export function isSharedStream(stream: AsyncIterable<unknown>): stream is SharedStream<unknown> {
  return "attach" in stream && typeof stream.attach === "function";
}
