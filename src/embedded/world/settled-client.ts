import type { KubeClient } from "../../kube/client.ts";
import type { KubeObject } from "../../kube/object.ts";
import type { IsThere, View } from "./view.ts";

/**
 * The same client, whose writes resolve only when the view shows them. Without it a controller that looks again before its own pods have come
 * back makes them twice: what client-go's controllers need "expectations" for.
 */
export function withSettledWrites(client: KubeClient, view: View): KubeClient {
  return {
    ...client,
    async create(resource, object, options) {
      const written = await client.create(resource, object, options);
      // A binding answers itself: what has changed is the pod, which is bound or has gone by the time.
      const isThere: IsThere = options.subresource === "binding" ? isBound : (held) => isFrom(held, written.object);
      await view.caughtUp(resource, written.object.metadata, isThere, options.signal);
      return written;
    },
    async replace(resource, object, options) {
      const written = await client.replace(resource, object, options);
      await view.caughtUp(resource, object.metadata, (held) => isAtLeast(held, written.object), options.signal);
      return written;
    },
    async patch(resource, object, patch, options) {
      const written = await client.patch(resource, object, patch, options);
      await view.caughtUp(resource, object, (held) => isAtLeast(held, written.object), options.signal);
      return written;
    },
    async delete(resource, object, query, options) {
      const deleted = await client.delete(resource, object, query, options);
      const { object: left } = deleted;
      const isThere: IsThere = (held) => (left === undefined ? held === undefined : isAtLeast(held, left));
      await view.caughtUp(resource, object, isThere, options.signal);
      return deleted;
    },
  };
}

/** Versions of the embedded cluster are numbers that grow (KEP-5504). */
function isFrom(held: KubeObject | undefined, written: KubeObject): boolean {
  return Number(held?.metadata.resourceVersion ?? 0) >= Number(written.metadata.resourceVersion ?? 0);
}

/** As above; nothing held = what was written was the last thing a deleted object waited for. */
function isAtLeast(held: KubeObject | undefined, written: KubeObject): boolean {
  return held === undefined || isFrom(held, written);
}

function isBound(held: KubeObject | undefined): boolean {
  return held === undefined || (held["spec"] as { nodeName?: string } | undefined)?.nodeName !== undefined;
}
