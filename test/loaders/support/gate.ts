import type { KubeClient } from "../../../src/kube/client.ts";
import { createDeferred } from "../../../src/lib/deferred.ts";

/** Holds back the events of all watches while it is shut. */
export interface Gate {
  shut(): void;
  open(): void;
  readonly wrap: (client: KubeClient) => KubeClient;
}

export function createGate(): Gate {
  let opened = createDeferred();
  let isShut = false;
  return {
    shut() {
      opened = createDeferred();
      isShut = true;
    },
    open() {
      isShut = false;
      opened.resolve();
    },
    wrap: (client) => ({
      ...client,
      async *watch(resource, query, options) {
        for await (const event of client.watch(resource, query, options)) {
          if (isShut) await Promise.race([opened.promise, aborted(options.signal)]);
          yield event;
        }
      },
    }),
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
