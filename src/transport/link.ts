import type { Random } from "../lib/backoff.ts";
import { createBackoff } from "../lib/backoff.ts";
import type { Tracer } from "../lib/tracer.ts";
import type { Clock } from "../lib/clock.ts";
import { sleep } from "../lib/clock.ts";
import type { CallOptions } from "../kube/client.ts";
import type { ProtobufKinds } from "../kube/protobuf/protobuf-kinds.ts";
import { KubeError, isKubeError, isLinkFailure } from "../kube/kube-error.ts";
import type { ConnectionImpersonation } from "../config/cluster-connection.ts";
import { untilAborted } from "../lib/until-aborted.ts";
import { createCallSlots } from "./call-slots.ts";
import type { CredentialSource, Credentials } from "./credentials.ts";
import { createDeadline } from "./deadline.ts";
import type { Deadline } from "./deadline.ts";
import type { Endpoint } from "./endpoint.ts";
import type { EndpointChoice } from "./endpoint-choice.ts";
import { ExchangeError, exchange } from "./exchange.ts";
import type { ExchangeRequest, Exchanged } from "./exchange.ts";
import type { BelievedRealm } from "../kube/identity.ts";
import { toImpersonationHeaders } from "./impersonation.ts";
import type { Headers } from "./impersonation.ts";
import { toLinkFailure } from "./link-error.ts";
import { BodyTooLargeError } from "./response-body.ts";
import { toFailureBody } from "./failure-body.ts";
import { createRetryBudget } from "./retry-budget.ts";
import { toStatusError } from "./status-error.ts";
import type { TransportLimits } from "./transport-limits.ts";

/** A read may be sent again, a write is sent once, a stream is opened once and lives on. */
export type CallKind = "read" | "write" | "watch";

export interface Call {
  readonly kind: CallKind;
  readonly method: ExchangeRequest["method"];
  readonly path: string;
  readonly query?: URLSearchParams;
  readonly accept?: string;
  readonly contentType?: string;
  readonly body?: unknown;
  readonly options: CallOptions;
}

/** An answer of 2xx, its body still to come. */
export interface Answer extends Exchanged {
  /** What a failure while its body is read means, as a KubeError. */
  toError(cause: unknown): KubeError;
  /** Gives back the slot and, where the body was not read to its end, the connection. Call it always. */
  release(): void;
}

export interface LinkOptions {
  readonly cluster: string;
  readonly endpoints: readonly Endpoint[];
  readonly choice: EndpointChoice;
  readonly credentials: CredentialSource;
  readonly impersonation: ConnectionImpersonation | undefined;
  /** Whose users the cluster believes besides its own. */
  readonly believes: readonly BelievedRealm[];
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: TransportLimits;
  /** Reads failures that are told in protobuf. */
  readonly protobuf: Pick<ProtobufKinds, "readStatus">;
  readonly userAgent: string;
  /** Its `traceparent` goes along with each call. */
  readonly tracer: Tracer;
  /** Aborted when the cluster leaves: no call goes out after that. */
  readonly closing: AbortSignal;
  /** Awaited before a call goes to an endpoint that is not trusted; a throw fails the call. Unset: all are trusted. */
  readonly verify?: (endpoint: Endpoint, signal: AbortSignal) => Promise<void>;
  /** A call found the link to this endpoint broken: the probe should look. */
  readonly onLinkFailure: (endpoint: Endpoint) => void;
}

/** Sends the calls of one cluster: slots, endpoints, credentials, retries, and one meaning for every failure. */
export interface Link {
  /** Throws KubeError for any answer but 2xx. */
  send(call: Call): Promise<Answer>;
}

export function createLink(options: LinkOptions): Link {
  const { clock, limits } = options;
  const slots = {
    read: createCallSlots(limits.maxReads),
    write: createCallSlots(limits.maxWrites),
    watch: createCallSlots(limits.maxWatches),
  };
  const timeouts = { read: limits.readTimeoutMs, write: limits.writeTimeoutMs, watch: limits.watchStartTimeoutMs };
  const budget = createRetryBudget();
  return {
    async send(call) {
      if (options.closing.aborted) {
        throw new KubeError({ reason: "Unavailable", message: "the cluster has left", cluster: options.cluster });
      }
      const deadline = createDeadline(clock, timeouts[call.kind], call.options.signal);
      let giveBack: (() => void) | undefined;
      try {
        giveBack = await slots[call.kind].take(deadline.signal);
        const attempts = createAttempts(options, call, deadline);
        const answer = await sendUntil(options, call, deadline, attempts, budget);
        // A stream may live as long as it likes once it has begun.
        if (call.kind === "watch") deadline.lift();
        return toAnswer(options, call, deadline, answer, giveBack);
      } catch (cause) {
        giveBack?.();
        deadline.dispose();
        throw toKubeError(options.cluster, call, deadline, cause);
      }
    },
  };
}

/** One sending after another, each to the endpoint whose turn it is. */
interface Attempts {
  next(): Promise<Exchanged>;
  /** There is an endpoint that this call has not tried. */
  readonly hasOther: boolean;
  readonly count: number;
}

/** The loop of one call. Reads are repeated within attempts, budget and deadline; a write goes on only where nothing was sent. */
async function sendUntil(
  options: LinkOptions,
  call: Call,
  deadline: Deadline,
  attempts: Attempts,
  budget: ReturnType<typeof createRetryBudget>,
): Promise<Exchanged> {
  const { cluster, clock, random, limits } = options;
  const backoff = createBackoff({ baseMs: limits.retryBaseMs, maxMs: limits.retryMaxMs, random });
  let last: KubeError | undefined;
  for (;;) {
    try {
      const answer = await attempts.next();
      if (answer.status < 300) {
        budget.earn();
        return answer;
      }
      throw await readFailure(options, call, answer);
    } catch (cause) {
      const error = toKubeError(cluster, call, deadline, cause);
      // The endpoint went down meanwhile: what was found out about it says more than that there is none.
      if (error.reason === "Unavailable") throw last ?? error;
      last = error;
      if (attempts.count >= limits.maxAttempts || deadline.signal.aborted) throw error;
      const failover = isLinkFailure(error) && attempts.hasOther;
      // Nothing of a write was sent where no connection could be made: it may still go elsewhere, once.
      if (failover && call.kind !== "watch" && (call.kind === "read" || isUnsent(cause))) continue;
      if (call.kind !== "read" || !isWorthRepeating(error) || !budget.spend()) throw error;
      const waitMs = Math.max(error.retryAfterMs ?? 0, backoff.next());
      if (waitMs >= deadline.leftMs) throw error;
      await sleep(clock, waitMs, deadline.signal);
    }
  }
}

function isUnsent(cause: unknown): boolean {
  return cause instanceof ExchangeError && !cause.sent;
}

/** Another try may go better: the connection broke, or the server said "later". Trust, credentials and what is no HTTP stay as they are. */
function isWorthRepeating(error: KubeError): boolean {
  return isKubeError(error, "ConnectionFailed", "Timeout", "TooManyRequests", "ServiceUnavailable");
}

function createAttempts(options: LinkOptions, call: Call, deadline: Deadline): Attempts {
  const { cluster, choice, credentials, endpoints } = options;
  const tried = new Set<Endpoint>();
  const body = call.body === undefined ? undefined : Buffer.from(JSON.stringify(call.body));
  let renewed = false;
  let count = 0;
  const attempt = async (endpoint: Endpoint, current: Credentials): Promise<Exchanged> => {
    await verified(options, endpoint, deadline.signal);
    const answer = await sendTo(
      options,
      endpoint,
      current,
      toRequest(options, call, endpoint, current, body),
      deadline,
    );
    if (answer.status !== 401 || renewed) return answer;
    // The request was turned away unread, so even a write may be sent again with new credentials.
    renewed = true;
    const next = await untilAborted(credentials.renew(current), deadline.signal);
    if (next === current) return answer;
    answer.body.destroy();
    return attempt(endpoint, next);
  };
  return {
    get count() {
      return count;
    },
    get hasOther() {
      return choice.has(tried);
    },
    async next() {
      count += 1;
      const current = await untilAborted(credentials.get(), deadline.signal);
      let endpoint = choice.choose(tried);
      if (endpoint === undefined && tried.size > 0) {
        tried.clear();
        endpoint = choice.choose(tried);
      }
      if (endpoint === undefined) throw unavailable(cluster, endpoints);
      tried.add(endpoint);
      return attempt(endpoint, current);
    },
  };
}

async function verified({ verify }: LinkOptions, endpoint: Endpoint, signal: AbortSignal): Promise<void> {
  if (verify === undefined || endpoint.trusted) return;
  try {
    await untilAborted(verify(endpoint, signal), signal);
    endpoint.trusted = true;
  } catch (cause) {
    // Nothing of the call itself was sent.
    throw new ExchangeError(false, cause);
  }
}

async function sendTo(
  { onLinkFailure }: LinkOptions,
  endpoint: Endpoint,
  credentials: Credentials,
  request: ExchangeRequest,
  deadline: Deadline,
): Promise<Exchanged> {
  endpoint.breaker.begin();
  try {
    const answer = await exchange(endpoint.connections(credentials), request, deadline.signal);
    endpoint.breaker.succeeded();
    return answer;
  } catch (cause) {
    // The caller's own abort says nothing about the link.
    if (deadline.signal.aborted && !deadline.passed) {
      endpoint.breaker.cancelled();
    } else {
      endpoint.breaker.failed();
      // Another server may answer there from now on.
      endpoint.trusted = false;
      onLinkFailure(endpoint);
    }
    throw cause;
  }
}

function toRequest(
  { cluster, believes, impersonation, userAgent, tracer }: LinkOptions,
  call: Call,
  endpoint: Endpoint,
  credentials: Credentials,
  body: Buffer | undefined,
): ExchangeRequest {
  const query = call.query?.toString() ?? "";
  const traceparent = tracer.traceparent();
  const headers: Headers = {
    accept: call.accept ?? "application/json",
    "user-agent": userAgent,
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(body === undefined ? {} : { "content-type": call.contentType ?? "application/json" }),
    ...toImpersonationHeaders(call.options.as, impersonation, { name: cluster, believes }),
    ...credentials.headers,
  };
  return {
    method: call.method,
    path: `${endpoint.pathPrefix}${call.path}${query === "" ? "" : `?${query}`}`,
    headers,
    ...(body === undefined ? {} : { body }),
  };
}

/** A Status is small; whatever else answers is only quoted. */
const maxFailureBytes = 1024 * 1024;

async function readFailure(
  { cluster, clock, protobuf }: LinkOptions,
  call: Call,
  answer: Exchanged,
): Promise<KubeError> {
  const bytes = await answer.body.read(maxFailureBytes);
  const retryAfter = answer.headers["retry-after"];
  return toStatusError({
    cluster,
    status: answer.status,
    retryAfter: typeof retryAfter === "string" ? retryAfter : undefined,
    body: toFailureBody(bytes, answer.headers, protobuf),
    nowMs: clock.now(),
    isWrite: call.kind === "write",
  });
}

function toAnswer(
  { cluster }: LinkOptions,
  call: Call,
  deadline: Deadline,
  { status, headers, body }: Exchanged,
  giveBack: () => void,
): Answer {
  return {
    status,
    headers,
    body,
    toError: (cause) => toKubeError(cluster, call, deadline, cause, true),
    release() {
      body.destroy();
      giveBack();
      deadline.dispose();
    },
  };
}

/** Whatever was thrown on the way, as the one error. `answered`: the head of an answer had come, so the request was sent. */
function toKubeError(cluster: string, call: Call, deadline: Deadline, cause: unknown, answered = false): KubeError {
  if (isKubeError(cause)) return cause.cluster === undefined ? withCluster(cause, cluster) : cause;
  if (cause instanceof ExchangeError && isKubeError(cause.cause)) return cause.cause;
  const sent = answered || !(cause instanceof ExchangeError) || cause.sent;
  const outcomeUnknown = call.kind === "write" && cause instanceof ExchangeError && sent;
  const base = { cluster, cause, outcomeUnknown };
  const origin: unknown = cause instanceof ExchangeError ? cause.cause : cause;
  if (call.options.signal.aborted) {
    return new KubeError({
      ...base,
      reason: "Aborted",
      message: "the call was given up",
      cause: call.options.signal.reason,
    });
  }
  if (deadline.passed)
    return new KubeError({ ...base, reason: "Timeout", message: "no answer within the time allowed" });
  if (origin instanceof BodyTooLargeError || origin instanceof SyntaxError) {
    return new KubeError({
      ...base,
      reason: "MalformedResponse",
      message: origin.message,
      outcomeUnknown: call.kind === "write",
    });
  }
  const { reason, message } = toLinkFailure(origin);
  return new KubeError({ ...base, reason, message });
}

function withCluster(error: KubeError, cluster: string): KubeError {
  return new KubeError({ reason: error.reason, message: error.message, cluster, cause: error });
}

function unavailable(cluster: string, endpoints: readonly Endpoint[]): KubeError {
  const states = endpoints.map(({ url, status: { health }, breaker }) => {
    const why = health.state === "DOWN" || breaker.allows ? (health.reason ?? health.state) : "resting after failures";
    return `${url}: ${why}`;
  });
  return new KubeError({ reason: "Unavailable", message: `no endpoint is healthy (${states.join(", ")})`, cluster });
}
