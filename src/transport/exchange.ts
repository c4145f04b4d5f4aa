import type { Dispatcher } from "undici";
import type { Connections, Lease } from "./connections.ts";
import { createResponseBody } from "./response-body.ts";
import type { ResponseBody } from "./response-body.ts";
import type { Headers } from "./impersonation.ts";

export interface ExchangeRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With the query. */
  readonly path: string;
  readonly headers: Headers;
  readonly body?: Buffer;
}

export interface Exchanged {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  /** Read it to its end, or destroy it: until then it holds a connection. */
  readonly body: ResponseBody;
}

/** Why an exchange came to nothing. `sent` = the request may have reached the server. */
export class ExchangeError extends Error {
  override readonly name = "ExchangeError";
  readonly sent: boolean;

  constructor(sent: boolean, cause: unknown) {
    super("the exchange failed", { cause });
    this.sent = sent;
  }
}

/**
 * One request and its answer's head over one of the connections; the body follows by itself. Aborting the signal, before the head
 * or in the midst of the body, closes the connection at once and fails whichever is awaited. No timeout of its own, no retry.
 */
export function exchange(connections: Connections, request: ExchangeRequest, signal: AbortSignal): Promise<Exchanged> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(new ExchangeError(false, signal.reason));
    let lease: Lease | undefined;
    let controller: Dispatcher.DispatchController | undefined;
    let body: ResponseBody | undefined;
    let over = false;
    const finish = (error?: { readonly cause: unknown }): void => {
      if (over) return;
      over = true;
      signal.removeEventListener("abort", onAbort);
      // Also where the request still waits for its connection: nothing of it will be written.
      if (lease === undefined) leave();
      else lease.done({ reusable: error === undefined });
      if (error === undefined) return body?.end();
      const failure = new ExchangeError(controller !== undefined, error.cause);
      if (body === undefined) reject(failure);
      else body.fail(failure);
    };
    const onAbort = (): void => finish({ cause: signal.reason });
    signal.addEventListener("abort", onAbort, { once: true });
    const handler: Dispatcher.DispatchHandler = {
      onRequestStart(started) {
        // Through a proxy, whose connections are not ours to close.
        if (over) return started.abort(new Error("aborted"));
        controller = started;
      },
      onResponseStart(_controller, status, headers) {
        // 1xx are announcements; the answer follows.
        if (over || status < 200) return;
        body = createResponseBody({
          pause: () => controller?.pause(),
          resume: () => controller?.resume(),
          destroy: () => finish({ cause: new Error("the answer is not wanted any more") }),
        });
        resolve({ status, headers, body });
      },
      onResponseData(_controller, chunk) {
        if (!over) body?.push(chunk);
      },
      onResponseEnd: () => finish(),
      onResponseError: (_controller, cause) => finish({ cause }),
    };
    const dispatch = ({ dispatcher }: Lease): void => {
      try {
        dispatcher.dispatch(
          { method: request.method, path: request.path, headers: toFlat(request.headers), body: request.body ?? null },
          handler,
        );
      } catch (cause) {
        // undici refuses header values that hold control characters, and dispatchers that are closed.
        finish({ cause });
      }
    };
    const leave = connections.lease({
      use(given) {
        lease = given;
        dispatch(given);
      },
      fail: (cause) => finish({ cause }),
    });
  });
}

function toFlat(headers: Headers): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, typeof value === "string" ? value : [...value]]),
  );
}
