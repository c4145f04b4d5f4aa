import { createSharedAbort } from "../lib/shared-abort.ts";
import type { OperationOrigin } from "./operations.ts";

/** The signal of one operation: aborted when its client has gone, or its time is over. */
export interface Scope {
  /** It may be made when it is first asked for. */
  readonly signal: AbortSignal;
  abort(reason: Error): void;
  /** Lets go of the signal it was made from. */
  close(): void;
}

/** A signal that is the operation's alone stands below none; else it gets one below that of its client. */
export function createScope(origin: Pick<OperationOrigin, "signal" | "controller">): Scope {
  return origin.controller === undefined ? new OperationScope(origin.signal) : new OwnScope(origin.controller);
}

class OwnScope implements Scope {
  readonly #controller: AbortController;

  constructor(controller: AbortController) {
    this.#controller = controller;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: Error): void {
    this.#controller.abort(reason);
  }

  close(): void {}
}

/** Its listener is taken back. (AbortSignal.any keeps it as long as the client stays.) */
class OperationScope implements Scope {
  readonly #outer: AbortSignal;
  readonly #controller = createSharedAbort();

  constructor(outer: AbortSignal) {
    this.#outer = outer;
    if (outer.aborted) this.handleEvent();
    else outer.addEventListener("abort", this, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: Error): void {
    this.#controller.abort(reason);
  }

  close(): void {
    this.#outer.removeEventListener("abort", this);
  }

  /** The outer signal was aborted. */
  handleEvent(): void {
    this.#controller.abort(this.#outer.reason);
  }
}
