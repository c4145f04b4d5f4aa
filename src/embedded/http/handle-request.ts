import { sleep } from "../../lib/clock.ts";
import type { ApiContext } from "../api-context.ts";
import type { Peer } from "../auth/authenticate.ts";
import { toRequestAttributes } from "../auth/request-attributes.ts";
import type { AnswerFault } from "../faults/faults.ts";
import type { FaultRequest } from "../faults/fault-plan.ts";
import { StatusError } from "../status-error.ts";
import { isTrue } from "../verbs/list-params.ts";
import { parseRequestPath } from "./request-path.ts";
import { toVerb } from "./resource-call.ts";
import { serveResource } from "./resource-endpoint.ts";
import { respondError } from "./respond.ts";
import { serveOther } from "./other-endpoint.ts";

/** A Handler that may be told who is at the other end of the connection. */
export type PeerHandler = (request: Request, peer?: Peer) => Promise<Response>;

/**
 * The server's front door, in kube-apiserver's order: faults, who asks, whether they may, and only then what there is. Whatever is thrown becomes a
 * metav1.Status.
 */
export function createHandler(context: ApiContext): PeerHandler {
  return async (request, peer) => {
    try {
      const url = new URL(request.url);
      const early = await applyFaults(context, request, url);
      return early ?? (await route(context, request, url, peer));
    } catch (error) {
      if (error instanceof StatusError) return respondError(error);
      if (request.signal.aborted) throw error;
      context.logger.error("request failed", { cluster: context.name, url: request.url, error });
      const message = error instanceof Error ? error.message : "unknown error";
      return respondError(
        new StatusError({ code: 500, reason: "InternalError", message: `Internal error occurred: ${message}` }),
      );
    }
  };
}

function route(context: ApiContext, request: Request, url: URL, peer: Peer | undefined): Promise<Response> {
  const user = context.auth.identify(request.headers, peer);
  context.auth.require(user, toRequestAttributes(request.method, url));
  const path = parseRequestPath(context.registry, url.pathname);
  if (path.kind === "other") return serveOther(context, request, url);
  return serveResource({ context, request, user, query: url.searchParams, path });
}

/** What the faults see of a request: enough to match, without asking the registry. */
function toFaultRequest(request: Request, url: URL): FaultRequest {
  const parts = url.pathname.split("/").filter((part) => part !== "");
  let rest = parts.slice(parts[0] === "apis" ? 3 : 2);
  let namespace = "";
  if (rest[0] === "namespaces" && rest.length > 2 && rest[2] !== "status" && rest[2] !== "finalize") {
    namespace = rest[1]!;
    rest = rest.slice(2);
  }
  const isResource = (parts[0] === "api" || parts[0] === "apis") && rest.length > 0;
  const watch = isTrue(url.searchParams.get("watch") ?? undefined);
  return {
    method: request.method,
    verb: isResource ? toVerb(request.method, rest[1] ?? "", watch) : "discovery",
    resource: isResource ? rest[0]! : "",
    namespace,
    path: `${url.pathname}${url.search}`,
  };
}

async function applyFaults({ faults, clock }: ApiContext, request: Request, url: URL): Promise<Response | undefined> {
  const seen = toFaultRequest(request, url);
  const stalled = faults.stalled(seen);
  if (stalled !== undefined) await untilReleased(stalled, request.signal);
  const delayMs = faults.delayMs(seen);
  if (delayMs > 0) await sleep(clock, delayMs, request.signal);
  const answer = faults.takeAnswer(seen);
  return answer === undefined ? undefined : respondError(toStatusError(answer));
}

function untilReleased(released: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason as Error);
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    void released.then(() => {
      signal.removeEventListener("abort", onAbort);
      resolve();
    });
  });
}

const faultReasons: Readonly<Record<number, string>> = {
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  410: "Expired",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

function toStatusError({ status, reason, message, retryAfterSeconds }: AnswerFault): StatusError {
  return new StatusError({
    code: status,
    reason: reason ?? faultReasons[status],
    message: message ?? `fault: ${status}`,
    details: retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
  });
}
