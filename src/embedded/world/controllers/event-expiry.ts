import { knownResources } from "../../../kube/known-resources.ts";
import { systemIdentity } from "../../../kube/identity.ts";
import type { KubeObject } from "../../../kube/object.ts";
import { toResourceName } from "../../../kube/resource-id.ts";
import { writeOptions } from "./controller.ts";
import type { Controller, ControllerContext } from "./controller.ts";

const sweepKey = "/events";
const sweepEveryMs = 60_000;
/** kube-apiserver's --event-ttl. */
const ttlMs = 3_600_000;
/** A crash loop or a flapping node writes for as long as the demo runs: the oldest go beyond this. */
const kept = 1_000;

/** Lets Events go an hour after they last happened, whoever wrote them, and the oldest beyond a thousand: every minute. */
export function createEventExpiry(context: ControllerContext): Controller {
  const { client, clock, again } = context;
  const { events } = knownResources;
  return {
    name: "event-expiry",
    // Any namespace will do: there are some from the start.
    keysFor: (resource, _object, type) =>
      toResourceName(resource) === "namespaces" && type === "ADDED" ? [sweepKey] : [],
    async reconcile(_key, signal) {
      const { items } = await client.list(events, {}, { signal, as: systemIdentity("event-expiry") });
      const byAge = (items as readonly KubeObject[])
        .map((object) => ({ object, lastMs: lastSeen(object) }))
        .sort((a, b) => b.lastMs - a.lastMs);
      for (const [index, { object, lastMs }] of byAge.entries()) {
        if (index < kept && clock.now() - lastMs < ttlMs) continue;
        const { namespace = "", name } = object.metadata;
        await client.delete(events, { namespace, name }, {}, writeOptions(signal, "event-expiry"));
      }
      again(sweepKey, sweepEveryMs);
    },
  };
}

function lastSeen(event: KubeObject): number {
  const series = event["series"] as { lastObservedTime?: string } | undefined;
  const times = [event["lastTimestamp"], series?.lastObservedTime, event["eventTime"], event.metadata.creationTimestamp]; // prettier-ignore
  const known = times.find((time): time is string => typeof time === "string");
  return known === undefined ? 0 : Date.parse(known);
}
