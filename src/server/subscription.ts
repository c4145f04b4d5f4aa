import type { ApiError } from "../kube/api-error.ts";
import type { Clock } from "../lib/clock.ts";
import type { PreparedOperation } from "./documents.ts";
import { SourceStream } from "./event-stream.ts";
import type { Reception } from "./fan-out/fan-out.ts";
import type { Session } from "./gate.ts";
import type { FormattedResult, OperationOrigin } from "./operations.ts";

/** What all subscriptions have in common. */
export interface SubscriptionWork {
  toResult(
    event: unknown,
    prepared: PreparedOperation,
    origin: OperationOrigin,
    signal: AbortSignal,
  ): Promise<FormattedResult>;
  onEnd(subscription: Subscription, origin: OperationOrigin): void;
}

export interface SubscriptionOptions {
  readonly work: SubscriptionWork;
  readonly prepared: PreparedOperation;
  readonly origin: OperationOrigin;
  /** Released when it ends. */
  readonly reception: Reception | undefined;
  /** Taken over. */
  readonly source: AsyncIterable<unknown>;
  readonly clock: Clock;
}

/** One open stream of results. */
export class Subscription extends SourceStream<unknown, FormattedResult> {
  readonly #work: SubscriptionWork;
  readonly #prepared: PreparedOperation;
  readonly #origin: OperationOrigin;
  readonly #reception: Reception | undefined;
  #unfollow: (() => void) | undefined;

  constructor({ work, prepared, origin, reception, source, clock }: SubscriptionOptions) {
    super(source, clock);
    this.#work = work;
    this.#prepared = prepared;
    this.#origin = origin;
    this.#reception = reception;
  }

  /** Ends when who asked is not believed any more. */
  follow(session: Session): void {
    this.#unfollow = session.follow((error: ApiError) => this.fail(error));
  }

  protected override toResult(event: unknown, signal: AbortSignal): Promise<FormattedResult> {
    return this.#work.toResult(event, this.#prepared, this.#origin, signal);
  }

  protected override onEnd(): void {
    this.#unfollow?.();
    this.#reception?.release();
    this.#work.onEnd(this, this.#origin);
  }
}
