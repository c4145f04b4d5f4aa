import { knownResources } from "../../../kube/known-resources.ts";
import type { KubeObject } from "../../../kube/object.ts";
import { sumQuantities } from "../../../kube/quantity.ts";
import type { ResourceId } from "../../../kube/resource-id.ts";
import { toResourceName } from "../../../kube/resource-id.ts";
import { isSame, isTerminating, keyOf, specOf, splitKey, statusOf, writeOptions } from "./controller.ts";
import type { Controller, ControllerContext } from "./controller.ts";

const manager = "kube-controller-manager";

export const resourceQuotas: ResourceId = {
  group: "",
  version: "v1",
  plural: "resourcequotas",
  kind: "ResourceQuota",
  namespaced: true,
};

interface PodSpec {
  readonly containers?: readonly {
    readonly resources?: {
      readonly requests?: Readonly<Record<string, string>>;
      readonly limits?: Readonly<Record<string, string>>;
    };
  }[];
}

/** Counts pods and what they request and are limited to into status.used of each ResourceQuota; other limits it leaves out, and it refuses nothing. */
export function createResourceQuotaController(context: ControllerContext): Controller {
  const { client, view } = context;
  const { pods } = knownResources;
  return {
    name: "resourcequota",
    keysFor(resource, object) {
      if (toResourceName(resource) === toResourceName(resourceQuotas)) return [keyOf(object)];
      if (toResourceName(resource) !== "pods") return [];
      return view.list(resourceQuotas, object.metadata.namespace).map(keyOf);
    },
    async reconcile(key, signal) {
      const { namespace, name } = splitKey(key);
      const quota = view.get(resourceQuotas, namespace, name);
      if (quota === undefined || isTerminating(quota)) return;
      const { hard = {} } = specOf<{ hard?: Record<string, string> }>(quota);
      const counted = view.list(pods, namespace).filter(countsForQuota);
      const used = Object.fromEntries(
        Object.keys(hard).flatMap((resource) => {
          const amount = usedOf(resource, counted);
          return amount === undefined ? [] : [[resource, amount]];
        }),
      );
      const status = { hard, used };
      if (isSame(status, statusOf(quota))) return;
      await client.replace(resourceQuotas, { ...quota, status }, writeOptions(signal, manager, "status"));
    },
  };
}

/** Finished pods do not count. */
function countsForQuota(pod: KubeObject): boolean {
  const { phase } = statusOf<{ phase?: string }>(pod);
  return phase !== "Succeeded" && phase !== "Failed";
}

/** "pods", "cpu", "requests.memory", "limits.cpu"; undefined for what is not a matter of pods. */
function usedOf(resource: string, pods: readonly KubeObject[]): string | undefined {
  if (resource === "pods" || resource === "count/pods") return String(pods.length);
  const [first = "", second] = resource.split(".");
  const side = first === "limits" ? "limits" : "requests";
  const name = second ?? first;
  if ((second !== undefined && first !== "limits" && first !== "requests") || !["cpu", "memory"].includes(name)) return undefined; // prettier-ignore
  const amounts = pods
    .flatMap((pod) => specOf<PodSpec>(pod).containers ?? [])
    .flatMap(({ resources }) => resources?.[side]?.[name] ?? []);
  return amounts.length === 0 ? "0" : sumQuantities(amounts);
}
